import type { Check } from "../language/check";
import type { Facts } from "../language/placeholders";
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

/** What a check that changes something knew before it did, and how that went: its tries go on with both. */
export interface Changed {
  readonly facts: Facts;
  readonly trouble: string;
  readonly records: readonly StepRecord[];
}

/** What trying needs beside the check and its subject. */
export interface TryContext extends StepContext {
  readonly snapshots: Snapshots;
  /** Bounds how many tries run at once. */
  readonly limit: <T>(work: () => Promise<T>) => Promise<T>;
  /** Told after each try that did not settle the claim. */
  readonly onTry: (last: Try) => void;
  readonly changed?: Changed;
}

/** Runs the steps by which a check changes something; undefined for one that only looks. */
export async function change(check: Check, subject: Subject, context: TryContext): Promise<Changed | undefined> {
  const steps = check.change;
  if (steps === undefined) return undefined;
  return context.limit(async () => {
    const known = await look(subject, context);
    return { ...known, records: await runSteps(steps, known.facts, context) };
  });
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
    const { facts, trouble } = context.changed ?? (await look(subject, context));
    const at = context.clock.now();
    const tried = await runSteps(check.steps, facts, context);
    const records = [...(context.changed?.records ?? []), ...tried];
    const judgement = judge(check, records, facts);
    const lacks = records.some((record) => record.notRun !== undefined);
    const seen = lacks ? `${judgement.seen} (${trouble})` : judgement.seen;
    return { ...judgement, seen, at, facts, records };
  });
}

async function look(subject: Subject, { snapshots }: TryContext): Promise<Pick<Changed, "facts" | "trouble">> {
  const snapshot = await snapshots.take();
  return { facts: factsOf(subject, snapshot), trouble: snapshot.trouble };
}
