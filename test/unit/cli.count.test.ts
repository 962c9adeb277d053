import { expect, test } from "vitest";
import { countReport, sum } from "../../cli/test/count";

const report = (success: boolean, ...files: readonly (readonly string[])[]) => ({
  success,
  testResults: files.map((statuses) => ({
    name: "a.test.ts",
    status: "passed",
    assertionResults: statuses.map((status) => ({ status })),
  })),
});

test.each([
  ["all passed", report(true, ["passed", "passed"], ["passed"]), 0, { passed: 3, failed: 0 }],
  ["one failed", report(false, ["passed", "failed"]), 1, { passed: 1, failed: 1 }],
  [
    "skipped and to do count as failed",
    report(true, ["passed", "pending", "skipped", "todo"]),
    0,
    { passed: 1, failed: 3 },
  ],
  ["a file without a test has failed", report(true, ["passed"], []), 0, { passed: 1, failed: 1 }],
  ["no test at all", report(true), 0, { passed: 0, failed: 1 }],
  ["an error outside of any test", report(false, ["passed"]), 1, { passed: 1, failed: 1 }],
  ["ended by force after a good report", report(true, ["passed"]), 137, { passed: 1, failed: 1 }],
  ["no report", undefined, 1, { passed: 0, failed: 1 }],
  ["no report, but no error either", undefined, 0, { passed: 0, failed: 1 }],
])("%s", (_, json, exitCode, count) => {
  expect(countReport(json, exitCode)).toEqual(count);
});

test("counts add up", () => {
  expect(sum([])).toEqual({ passed: 0, failed: 0 });
  expect(
    sum([
      { passed: 1, failed: 2 },
      { passed: 3, failed: 4 },
    ]),
  ).toEqual({ passed: 4, failed: 6 });
});
