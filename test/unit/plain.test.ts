import { expect, test } from "vitest";
import { eventLines } from "../../cli/checks/report/text";
import { plain } from "../../cli/ui/plain";

test.each([
  ["clear\u001b[2J\u001b[H", "clear"],
  ["over\rwritten\b", "over\ufffdwritten\ufffd"],
  ["a\tb", "a    b"],
  ["n1 -> n2 \u00fc", "n1 -> n2 \u00fc"],
])("%j as a terminal may have it", (line, shown) => {
  expect(plain(line)).toBe(shown);
});

test("no control character is left of a title that is set", () => {
  expect(plain("\u001b]0;a title\u0007said\u009b2J")).not.toMatch(/\p{Cc}/u);
});

test("what a pod has printed moves no cursor in the lines of a check", () => {
  const [line] = eventLines({ type: "waiting", check: "c", subject: "n1", seconds: 1, seen: "\u001b[2Jok\u001b[1A" });
  expect(line).toBe("... c n1: not yet (1.0 s): ok");
});
