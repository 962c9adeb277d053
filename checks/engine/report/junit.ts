import junit from "junit-report-builder";
import type { SubjectVerdict, Verdict } from "../verdict";

/** The verdict as JUnit XML: a suite for each check, a case for each node or pair. */
export function junitXml(verdict: Verdict): string {
  const report = junit.newBuilder().name(`cni-lab ${verdict.lab} ${verdict.expect}`);
  for (const check of verdict.checks) {
    const name = `${verdict.lab}.${check.id}`;
    const suite = report.testSuite().name(name).timestamp(verdict.startedAt).time(check.seconds);
    suite.property("title", printable(check.title));
    // A pass that its controls take back, and a check without subjects, still need a case that says so.
    if (check.subjects.length === 0 || check.subjects.every((subject) => subject.outcome !== check.outcome)) {
      const says = check.says ?? "has no subject in this cluster";
      addCase(suite, name, {
        subject: "all",
        outcome: check.outcome,
        seconds: 0,
        tries: 0,
        says,
        causes: [],
        values: {},
      });
    }
    for (const subject of check.subjects) addCase(suite, name, subject);
  }
  return report.build();

  function addCase(suite: ReturnType<typeof report.testSuite>, name: string, subject: SubjectVerdict): void {
    const one = suite.testCase().name(subject.subject).className(name).time(subject.seconds);
    const message = printable(
      [subject.says, subject.seen, ...subject.causes].filter((text) => text !== undefined).join("; "),
    );
    if (subject.outcome === "failed") one.failure(message, "failed");
    if (subject.outcome === "inconclusive") one.failure(message, "inconclusive");
    if (subject.outcome === "not-applicable") one.skipped();
    if (subject.evidence !== undefined) one.standardOutput(`evidence: ${subject.evidence}`);
  }
}

/** XML 1.0 has no way to write most control characters. */
function printable(text: string): string {
  return text.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "\u{FFFD}");
}
