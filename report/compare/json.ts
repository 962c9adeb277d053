import type { CheckVerdict, SubjectVerdict } from "../../checks/engine/verdict";
import type { Comparison } from "./compare-runs";
import { cniOf, type StoredRun } from "./stored-run";

/** A comparison as `compare --json` prints it. `version` rises when a field goes or changes its meaning. */
export function comparisonJson({ a, b, values, versions, checks }: Comparison): string {
  const told = {
    version: 1,
    a: runOf(a),
    b: runOf(b),
    values: values ?? null,
    versions,
    checks: checks.map(({ match, title, a: one, b: other, subjects }) => ({
      match,
      title,
      a: checkOf(one),
      b: checkOf(other),
      subjects: subjects.map(({ subject, differs, values: read, a: left, b: right }) => ({
        subject,
        differs,
        values: read,
        a: subjectOf(left),
        b: subjectOf(right),
      })),
    })),
  };
  return `${JSON.stringify(told, undefined, 2)}\n`;
}

function runOf({ id, stack, folder, verdict }: StoredRun) {
  const { lab, expect, asExpected, startedAt, values } = verdict;
  return { id, stack, folder, lab, expect, asExpected, startedAt, cni: cniOf(verdict) ?? null, values: values ?? null };
}

function checkOf(check: CheckVerdict | undefined) {
  return check === undefined ? null : { id: check.id, outcome: check.outcome };
}

function subjectOf(subject: SubjectVerdict | undefined) {
  if (subject === undefined) return null;
  const { outcome, says, seen, causes, values, evidence } = subject;
  return { outcome, says, seen, causes, values, evidence };
}
