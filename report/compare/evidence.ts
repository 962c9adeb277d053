import type { EvidenceRecord, SubjectEvidence } from "../../checks/engine/evidence";
import type { StepRecord } from "../../checks/engine/run-step";
import type { SubjectVerdict } from "../../checks/engine/verdict";
import type { SubjectPair } from "./compare-runs";

/** The evidence of both runs, by the `evidence` of a subject's verdict. */
export interface BothEvidence {
  readonly a: ReadonlyMap<string, SubjectEvidence>;
  readonly b: ReadonlyMap<string, SubjectEvidence>;
}

/** A step that either run ran last, in both where both have one of its name. */
export interface StepPair {
  readonly a?: StepRecord;
  readonly b?: StepRecord;
}

/** What was run for a subject on both sides, and why that can't be told where it can't. */
export interface PrintedPair {
  readonly steps: readonly StepPair[];
  readonly trouble: { readonly a?: string; readonly b?: string };
}

/** The last steps of a subject on both sides, those of one name beside each other. */
export function printedOf({ a, b }: SubjectPair, evidence: BothEvidence): PrintedPair {
  const [ofA, ofB] = [lastOf(a, evidence.a), lastOf(b, evidence.b)];
  const ids = [...new Set([...ofA.steps, ...ofB.steps].map(({ id }) => id))];
  const named = (steps: readonly StepRecord[], id: string) => steps.find((step) => step.id === id);
  return {
    steps: ids.map((id) => ({ a: named(ofA.steps, id), b: named(ofB.steps, id) })),
    trouble: { a: ofA.trouble, b: ofB.trouble },
  };
}

function lastOf(
  verdict: SubjectVerdict | undefined,
  evidence: ReadonlyMap<string, SubjectEvidence>,
): { readonly steps: EvidenceRecord["last"]; readonly trouble?: string } {
  if (verdict?.evidence === undefined) return { steps: [] };
  const record = evidence.get(verdict.evidence);
  if (record === undefined) return { steps: [], trouble: "the evidence was not kept" };
  return "trouble" in record
    ? { steps: [], trouble: `the evidence can't be read: ${record.trouble}` }
    : { steps: record.last };
}
