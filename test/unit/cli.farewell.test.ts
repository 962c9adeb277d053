import { expect, test } from "vitest";
import { runForeground } from "../../driver/run/spawn";
import { eraseFarewell, farewell, withoutFarewell } from "../../driver/stack/farewell";

test("Pulumi's last words don't get through, and what stands before them does", () => {
  const printed = [" -  command:local:Command n1 deleted (1s)", "Duration: 3s", "", ...farewell("flannel")];
  expect(printed.filter(withoutFarewell("flannel"))).toEqual(printed.slice(0, 3));
});

test.each([
  [200, 2],
  [100, 3],
  [40, 6],
])("a terminal of %i columns takes %i rows back, down to its end", (columns, rows) => {
  expect(eraseFarewell("flannel", columns)).toBe(`\u001b[${rows}A\u001b[J`);
});

test("a program's lines pass one by one as they come, the last one without its end", async () => {
  const seen: string[] = [];
  const script = "printf 'one\\ntw'; printf 'o\\n\\nthree'; exit 3";
  const keeps = (line: string) => {
    seen.push(line);
    return line !== "two";
  };
  expect(await runForeground(["sh", "-c", script], { keepLine: keeps })).toBe(3);
  expect(seen).toEqual(["one", "two", "", "three"]);
});
