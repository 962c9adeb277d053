import { expect, test } from "vitest";
import { eventLines } from "../../checks/engine/report/text";
import { reportError } from "../../cli/report-error";
import { CommandFailed } from "../../lib/command-failed";
import { plain } from "../../lib/plain";
import { table } from "../../lib/terminal/table";

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

test("nor in a table", () => {
  expect(
    table(["pod", "says"], [["p1", "\u001b[2Jok\u001b[1A\rFAILED"]])
      .split("\n")
      .at(-1),
  ).toBe("p1   ok\ufffdFAILED");
});

test.each([new CommandFailed("n1 says:\n\u001b[2Jok\r"), new Error("\u001b[2Jok\r")])("nor in an error", (error) => {
  const lines: string[] = [];
  reportError(error, (line) => lines.push(...line.split("\n")));
  expect(lines.join("")).toContain("ok\ufffd");
  expect(lines.filter((line) => /\p{Cc}/u.test(line))).toEqual([]);
});
