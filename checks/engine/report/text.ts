import { plain } from "../../../lib/plain";
import { seconds } from "../text";
import type { CheckEvent, CheckVerdict, Outcome, SubjectVerdict, Verdict } from "../verdict";

/** An outcome in a word, as lines of a run have it. */
export const marks: Readonly<Record<Outcome, string>> = {
  passed: "ok",
  failed: "FAILED",
  inconclusive: "UNPROVEN",
  "not-applicable": "n/a",
};

/** An event on one line, or more where something did not hold. */
export function eventLines(event: CheckEvent): readonly string[] {
  return linesOf(event).map(plain);
}

function linesOf(event: CheckEvent): readonly string[] {
  switch (event.type) {
    case "waiting":
      return [`... ${event.check} ${event.subject}: not yet (${seconds(event.seconds)}): ${event.seen}`];
    case "subject":
      return subjectLines(event.check, event.verdict);
    case "check":
      return event.verdict.outcome === "passed" ? [] : wholeLines(event.verdict);
  }
}

/** The verdict on one line. */
export function verdictLine(verdict: Verdict): string {
  const count = (outcome: Outcome) => verdict.checks.filter((check) => check.outcome === outcome).length;
  const idle = count("not-applicable");
  const parts = [
    `${count("passed")} of ${verdict.checks.length - idle} checks hold`,
    ...(count("inconclusive") > 0 ? [`${count("inconclusive")} unproven`] : []),
    ...(idle > 0 ? [`${idle} not applicable`] : []),
  ];
  const state = verdict.expect === "healthy" ? "healthy" : "showing its symptom";
  return `${verdict.lab} is ${verdict.asExpected ? "" : "NOT "}${state}: ${parts.join(", ")} (${seconds(verdict.seconds)})`;
}

/** The verdict as a page of text. */
export function verdictText(verdict: Verdict): string {
  const { versions } = verdict;
  const lines = [
    verdictLine(verdict),
    `started ${verdict.startedAt}`,
    "",
    ...verdict.checks.flatMap((check) => [
      `${check.id}: ${check.title}`,
      ...wholeLines(check).map((line) => `  ${line}`),
      ...check.subjects.flatMap((subject) => subjectLines("", subject).map((line) => `  ${line}`)),
      "",
    ]),
    `Kubernetes ${versions.kubernetes ?? "did not answer"}, kubectl ${versions.kubectl ?? "did not answer"}`,
    ...versions.nodes.map(
      (node) => `${node.name}: kubelet ${node.kubelet}, ${node.runtime}, ${node.os}, kernel ${node.kernel}`,
    ),
    ...versions.images.map((image) => `image ${image}`),
  ];
  return `${lines.map(plain).join("\n")}\n`;
}

function subjectLines(check: string, verdict: SubjectVerdict): string[] {
  const head = [marks[verdict.outcome].padEnd(8), check, `${verdict.subject}:`].filter((word) => word !== "").join(" ");
  const lines = [`${head} ${verdict.says} (${seconds(verdict.seconds)})`];
  if (verdict.seen !== undefined) lines.push(`         seen: ${verdict.seen}`);
  lines.push(...verdict.causes.map((cause) => `         cause: ${cause}`));
  if (verdict.outcome === "failed" && verdict.evidence !== undefined)
    lines.push(`         evidence: ${verdict.evidence}`);
  return lines;
}

/** What only the check as a whole can say. */
function wholeLines(check: CheckVerdict): string[] {
  const says =
    check.says ?? (check.subjects.length === 0 ? "needs more nodes, or replicas, than there are" : undefined);
  return says === undefined ? [] : [`${marks[check.outcome].padEnd(8)} ${check.id}: ${says}`];
}
