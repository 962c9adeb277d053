import type { Check } from "../../labs/check";
import type { Facts } from "../../labs/placeholders";
import { type Judgement, judge } from "./judge";
import { runSteps, type StepContext, type StepRecord } from "./run-step";
import type { Snapshots } from "./snapshot";
import { factsOf, type Subject } from "./subjects";

/** One try of a claim. */
export interface Try extends Judgement {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly facts: Facts;
  readonly records: readonly StepRecord[];
}

/** How a claim ended for one subject, before anything is compared or controlled. */
export interface Settled {
  readonly outcome: "passed" | "failed" | "inconclusive";
  readonly tries: readonly Try[];
  readonly last: Try;
}

/** What trying needs beside the check and its subject. */
export interface TryContext extends StepContext {
  readonly snapshots: Snapshots;
  /** Bounds how many tries run at once. */
  readonly limit: <T>(work: () => Promise<T>) => Promise<T>;
  /** Told after each try that did not settle the claim. */
  readonly onTry: (last: Try) => void;
}

/** Tries a claim until it holds or `deadline` has come, at least once. */
export async function settleBy(
  check: Check,
  subject: Subject,
  deadline: number,
  context: TryContext,
): Promise<Settled> {
  const tries: Try[] = [];
  for (;;) {
    const last = await tryOnce(check, subject, context);
    tries.push(last);
    if (last.outcome === "holds") return { outcome: "passed", tries, last };
    context.onTry(last);
    const pause = check.timing.everySeconds * 1000;
    if (context.clock.now() + pause > deadline) return { outcome: "failed", tries, last };
    await context.clock.sleep(pause, context.signal);
  }
}

/** Tries a claim through a window: one violation fails it, one try that saw nothing leaves it open. */
export async function settleThroughout(
  check: Check,
  subject: Subject,
  windowMs: number,
  context: TryContext,
): Promise<Settled> {
  const end = context.clock.now() + windowMs;
  const tries: Try[] = [];
  for (;;) {
    const last = await tryOnce(check, subject, context);
    tries.push(last);
    if (last.outcome !== "holds") {
      return { outcome: last.outcome === "violated" ? "failed" : "inconclusive", tries, last };
    }
    if (context.clock.now() >= end) return { outcome: "passed", tries, last };
    await context.clock.sleep(check.timing.everySeconds * 1000, context.signal);
  }
}

function tryOnce(check: Check, subject: Subject, context: TryContext): Promise<Try> {
  return context.limit(async () => {
    context.signal.throwIfAborted();
    const snapshot = await context.snapshots.take();
    const facts = factsOf(subject, snapshot);
    const at = context.clock.now();
    const records = await runSteps(check.steps, facts, context);
    const judgement = judge(check, records, facts);
    const lacks = records.some((record) => record.notRun !== undefined);
    const seen = lacks ? `${judgement.seen} (${snapshot.trouble})` : judgement.seen;
    return { ...judgement, seen, at, facts, records };
  });
}
