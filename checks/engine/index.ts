import { setMaxListeners } from "node:events";
import PQueue from "p-queue";
import { UserError } from "../../lib/user-error";
import type { Check } from "../language/check";
import type { Checklist } from "../language/checklist";
import { clusterFacts } from "../language/placeholders";
import type { Expectation, Values } from "../language/values";
import type { ClusterAccess } from "./access";
import { checksFor } from "./checks-for";
import { type Clock, systemClock } from "./clock";
import { positiveControls, urgencies } from "./controls";
import { EvidenceFolder } from "./evidence";
import { verdictJson } from "./report/json";
import { junitXml } from "./report/junit";
import { verdictText } from "./report/text";
import { type CheckContext, notRun, runCheck } from "./run-check";
import { Snapshots } from "./snapshot";
import { type CheckEvent, type CheckVerdict, isAsExpected, type Verdict } from "./verdict";
import { collectVersions } from "./versions";

/** How a lab's checks are run. */
export interface RunChecksOptions {
  /** What the stack is expected to show; it picks the list of checks. */
  readonly expect: Expectation;
  /** The stack's name. @default the lab's */
  readonly stack?: string;
  /** The stack's config values in force, defaults included. */
  readonly values: Values;
  /** Those of them that may be written down: no secrets. @default none */
  readonly told?: Values;
  /** The folder for this run's evidence; made where it is missing. */
  readonly evidenceDir: string;
  /** Multiplies every deadline: more for a slow machine, 0 for a single look. @default 1 */
  readonly deadlineFactor?: number;
  /** How many tries run at once: most of them wait for packets. @default 12, and as many fewer as a deadline is longer, at least 2 */
  readonly parallel?: number;
  readonly onEvent?: (event: CheckEvent) => void;
  /** Ends the run; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/**
 * Runs the checks of a lab on a cluster, all side by side as far as their controls allow, and keeps the evidence.
 *
 * @throws UserError when there is nothing to look at or the evidence cannot be kept.
 */
export async function runChecks(access: ClusterAccess, lab: Checklist, options: RunChecksOptions): Promise<Verdict> {
  const checks = checksFor(lab, options.expect, options.values);
  if (access.nodes.length === 0) {
    throw new UserError([{ field: `stack ${lab.id}`, rule: "has no nodes", fix: `run: ./lab up ${lab.id}` }]);
  }
  const clock = options.clock ?? systemClock;
  const own = new AbortController();
  const signal = options.signal === undefined ? own.signal : AbortSignal.any([options.signal, own.signal]);
  signal.throwIfAborted();
  // Every try that runs or waits listens to it.
  setMaxListeners(0, signal);
  const context: Omit<CheckContext, "limit"> = {
    access,
    clock,
    signal,
    snapshots: new Snapshots(access, clock, signal, settingsOf(options.values)),
    folder: new EvidenceFolder(options.evidenceDir),
    deadlineFactor: options.deadlineFactor ?? 1,
    onEvent: options.onEvent ?? (() => {}),
  };

  const queue = new PQueue({ concurrency: options.parallel ?? sideBySide(options.deadlineFactor) });
  const start = clock.now();
  const startedAt = new Date(start).toISOString();
  await context.folder.write("started.txt", `${startedAt} lab ${lab.id}, expecting ${options.expect}\n`);
  const [versions, results] = await allOrAbort(
    [collectVersions(access, signal), runAll(checks, context, queue)] as const,
    own,
  );
  const verdict: Verdict = {
    version: 1,
    stack: options.stack ?? lab.id,
    lab: lab.id,
    values: options.told ?? {},
    expect: options.expect,
    asExpected: isAsExpected(results, options.expect),
    startedAt,
    seconds: (clock.now() - start) / 1000,
    checks: results,
    versions,
    evidence: options.evidenceDir,
  };
  await context.folder.write("verdict.json", verdictJson(verdict));
  await context.folder.write("verdict.txt", verdictText(verdict));
  await context.folder.write("junit.xml", junitXml(verdict));
  return verdict;
}

/** How many commands run at once: fewer on a machine that needs more time for each. */
function sideBySide(deadlineFactor = 1): number {
  return Math.max(2, Math.ceil(12 / Math.max(1, deadlineFactor)));
}

/** The values in force that placeholders may name; one that is not set is empty. */
function settingsOf(values: Values): Values {
  const prefix = "config.";
  const named = clusterFacts.filter((fact) => fact.startsWith(prefix));
  return Object.fromEntries(named.map((fact) => [fact, values[fact.slice(prefix.length)] ?? ""]));
}

/**
 * A check starts once its positive controls have ended; its negative ones are looked at when all have.
 * One that changes something has the cluster for itself: it waits for all that only look, and for those before it.
 */
async function runAll(
  checks: readonly Check[],
  context: Omit<CheckContext, "limit">,
  queue: PQueue,
): Promise<CheckVerdict[]> {
  const urgency = urgencies(checks);
  const running = new Map<string, Promise<CheckVerdict>>();
  const changing = checks.filter((check) => check.change !== undefined);
  const before = (check: Check): readonly Check[] =>
    check.change === undefined
      ? []
      : [...checks.filter((other) => other.change === undefined), ...changing.slice(0, changing.indexOf(check))];
  const run = (check: Check): Promise<CheckVerdict> => {
    const known = running.get(check.id);
    if (known !== undefined) return known;
    const started = Promise.all(before(check).map(run))
      .then(() => Promise.all(positiveControls(check, checks).map(run)))
      .then((verdicts) => {
        const limit: CheckContext["limit"] = (work) => queue.add(work, { priority: urgency.get(check.id) });
        return runControlled(check, verdicts, { ...context, limit });
      });
    running.set(check.id, started);
    return started;
  };
  const verdicts = await Promise.all(checks.map(run));
  const judged = checks.flatMap((check, i) => {
    const verdict = verdicts[i];
    return verdict === undefined ? [] : [applyNegativeControls(check, verdict, verdicts)];
  });
  for (const verdict of judged) context.onEvent({ type: "check", verdict });
  return judged;
}

async function runControlled(
  check: Check,
  controls: readonly CheckVerdict[],
  context: CheckContext,
): Promise<CheckVerdict> {
  const unheld = controls.filter((control) => control.outcome !== "passed").map((control) => control.id);
  if (unheld.length === 0) return runCheck(check, context);
  const idle = controls.every((control) => control.outcome === "passed" || control.outcome === "not-applicable");
  const verdict = idle
    ? await notRun(check, "not-applicable", `needs what its control ${unheld.join(", ")} needs`, context)
    : await notRun(
        check,
        "inconclusive",
        `not tried, as its positive control ${unheld.join(", ")} did not hold`,
        context,
      );
  for (const subject of verdict.subjects) context.onEvent({ type: "subject", check: check.id, verdict: subject });
  return verdict;
}

function applyNegativeControls(check: Check, verdict: CheckVerdict, all: readonly CheckVerdict[]): CheckVerdict {
  const unheld = all.filter((other) => check.controls?.negative?.includes(other.id) && other.outcome !== "passed");
  if (verdict.outcome !== "passed" || unheld.length === 0) return verdict;
  const names = unheld.map((other) => other.id).join(", ");
  return { ...verdict, outcome: "inconclusive", says: `proves nothing, as its negative control ${names} did not hold` };
}

/** Waits for all; the first failure ends the others before it is passed on, so that nothing runs on behind it. */
async function allOrAbort<A, B>([a, b]: readonly [Promise<A>, Promise<B>], own: AbortController): Promise<[A, B]> {
  try {
    return await Promise.all([a, b]);
  } catch (error) {
    own.abort(error);
    await Promise.allSettled([a, b]);
    throw error;
  }
}
