import type { Check } from "../language/check";
import { type Facts, fill } from "../language/placeholders";
import { prefixed } from "./judge";
import type { StepRecord } from "./run-step";

/** What the evidence shows of why a claim does not hold: a sentence for each cause whose pattern is found. */
export function causesIn(check: Check, evidence: readonly StepRecord[], facts: Facts): readonly string[] {
  const sentences = (check.causes ?? []).flatMap((cause) => {
    const ran = evidence.find((record) => record.id === cause.evidence)?.ran;
    const found = ran === undefined ? null : `${ran.stdout}\n${ran.stderr}`.match(cause.pattern);
    return found === null ? [] : [fill(cause.says, { ...facts, ...prefixed("found", found.groups ?? {}) }, "(none)")];
  });
  return [...new Set(sentences)];
}
