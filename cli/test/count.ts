import { z } from "zod";

/** How many tests passed, and how many did not or could not. */
export interface Count {
  readonly passed: number;
  readonly failed: number;
}

const reportFormat = z.object({
  success: z.boolean(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
});

/**
 * Counts a vitest JSON report. What was skipped or is still to do has not passed, a file without a test has failed,
 * and so has a run that went wrong outside of any test or left no report.
 */
export function countReport(report: unknown, exitCode: number): Count {
  const parsed = reportFormat.safeParse(report);
  if (!parsed.success) {
    return { passed: 0, failed: 1 };
  }
  const { testResults, success } = parsed.data;
  const statuses = testResults.flatMap(({ assertionResults }) =>
    assertionResults.length > 0 ? assertionResults.map(({ status }) => status) : ["failed"],
  );
  const passed = statuses.filter((status) => status === "passed").length;
  const failed = statuses.length - passed;
  const brokenElsewhere = failed === 0 && (exitCode !== 0 || !success || statuses.length === 0);
  return { passed, failed: brokenElsewhere ? 1 : failed };
}

/** The sum of counts. */
export function sum(counts: readonly Count[]): Count {
  return counts.reduce((all, { passed, failed }) => ({ passed: all.passed + passed, failed: all.failed + failed }), {
    passed: 0,
    failed: 0,
  });
}
