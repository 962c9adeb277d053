import type { ShownReach } from "../language/reach";
import type { Expectation, Values } from "../language/values";
import type { Versions } from "./versions";

/**
 * How a claim ended. `inconclusive` (nothing could be seen, or a control did not hold) is not a pass;
 * `not-applicable` is a claim on pairs of nodes in a cluster with one node.
 */
export type Outcome = "passed" | "failed" | "inconclusive" | "not-applicable";

/** One check for one node or pair. */
export interface SubjectVerdict {
  /** As printed: `n1`, `n1 -> n2`, or `cluster`. */
  readonly subject: string;
  readonly outcome: Outcome;
  readonly seconds: number;
  readonly tries: number;
  /** What is true, or not, as a sentence. */
  readonly says: string;
  /** The last thing seen that kept the claim from holding. */
  readonly seen?: string;
  /** Why, as far as the evidence shows it. */
  readonly causes: readonly string[];
  /** What was read at the last try. */
  readonly values: Readonly<Record<string, string>>;
  /** The readable evidence file, relative to the evidence folder; its `.json` twin lies beside it. */
  readonly evidence?: string;
}

/** One check over all its subjects. */
export interface CheckVerdict {
  readonly id: string;
  readonly title: string;
  /** What it and its counterparts are about; absent in runs before it was kept, and where there is none. */
  readonly topic?: string;
  /** What it shows of who reaches whom; absent in runs before it was kept, and where it shows nothing of that. */
  readonly reach?: ShownReach;
  readonly outcome: Outcome;
  readonly seconds: number;
  /** Why the check as a whole ended so, where no subject says it: a control that did not hold. */
  readonly says?: string;
  readonly subjects: readonly SubjectVerdict[];
}

/** What `check --json` prints and `verdict.json` holds. `version` rises when a field goes or changes its meaning. */
export interface Verdict {
  readonly version: 1;
  /** Absent in runs before it was kept; the folder that the run's evidence folder lies in has its name too. */
  readonly stack?: string;
  readonly lab: string;
  /** The stack's config values in force, defaults included and secrets left out; absent in runs before they were kept. */
  readonly values?: Values;
  readonly expect: Expectation;
  /** True when every check passed or is not applicable (the latter only in health), and at least one passed. */
  readonly asExpected: boolean;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly checks: readonly CheckVerdict[];
  readonly versions: Versions;
  /** The evidence folder. */
  readonly evidence: string;
}

/** The worst of several outcomes decides; all not applicable stays so. */
export function worst(outcomes: readonly Outcome[]): Outcome {
  const order: readonly Outcome[] = ["failed", "inconclusive", "passed"];
  return order.find((outcome) => outcomes.includes(outcome)) ?? "not-applicable";
}

/** Whether the checks show what was expected. */
export function isAsExpected(checks: readonly CheckVerdict[], expect: Expectation): boolean {
  const allowed: readonly Outcome[] = expect === "healthy" ? ["passed", "not-applicable"] : ["passed"];
  return checks.every((check) => allowed.includes(check.outcome)) && checks.some((check) => check.outcome === "passed");
}

/** What happens during a run, in order of time. */
export type CheckEvent =
  /** A claim does not hold yet and is tried again; told once for each new thing seen. */
  | {
      readonly type: "waiting";
      readonly check: string;
      readonly subject: string;
      readonly seconds: number;
      readonly seen: string;
    }
  | { readonly type: "subject"; readonly check: string; readonly verdict: SubjectVerdict }
  | { readonly type: "check"; readonly verdict: CheckVerdict };
