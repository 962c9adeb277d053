import { setTimeout as sleep } from "node:timers/promises";
import type { Call, Tree } from "../host";
import { annotations, deadlineSeconds, isAnnotated } from "./annotations";
import { type Cluster, type Reference, referenceTo } from "./cluster";
import { diagnose } from "./diagnosis";
import type { Ended } from "./kubectl";
import { poll } from "./poll";
import { type ReadinessRule, readinessRule } from "./readiness-rules";
import type { Kind } from "./token";
import { type Wait, type WaitPlan, waitPlan } from "./wait-plan";

/** How a wait ended. */
export interface Awaited {
  /** The object as it was last seen. */
  readonly live: Tree;
  /** Why it is not ready, for a person to act on; empty when it is. */
  readonly problems: readonly string[];
}

/** How a wait goes. */
export interface Waiting {
  /** The program's own deadline in seconds (customTimeouts). @default the annotation's, else the kind's */
  readonly timeoutSeconds?: number;
  /** Only look how it stands now, for a moment. @default false */
  readonly glance?: boolean;
}

/** Waits until an applied object is ready, showing on the way what it waits for. */
export async function awaitReady(
  cluster: Cluster,
  kind: Kind,
  applied: Tree,
  { timeoutSeconds, glance = false }: Waiting,
  call: Call,
): Promise<Awaited> {
  if (isAnnotated(applied, annotations.skipAwait)) return { live: applied, problems: [] };
  const reference = referenceTo(kind, applied);
  const plan = waitPlan(kind, applied, await cluster.argumentFor(reference, call.signal));
  const rule = plan === undefined ? readinessRule(kind) : undefined;
  const seconds = deadlineSeconds(applied, timeoutSeconds, rule?.seconds);
  let outcome: Outcome;
  if (plan !== undefined) outcome = await run(cluster, reference, plan, glance ? 1 : seconds, call);
  else if (rule !== undefined && (rule.onRefresh || !glance))
    outcome = await watch(cluster, reference, rule, glance ? 0 : seconds, call);
  else return { live: applied, problems: [] };

  const live = (await lastSeen(cluster, reference)) ?? applied;
  if (outcome.ready) return { live, problems: [] };
  const what = `${kind.kind} ${reference.namespace === undefined ? "" : `${reference.namespace}/`}${reference.name}`;
  const found = call.signal.aborted ? [] : await diagnose(cluster, kind, live);
  return { live, problems: [`${what} ${outcome.why}`, ...found] };
}

async function watch(
  cluster: Cluster,
  reference: Reference,
  rule: ReadinessRule,
  seconds: number,
  { log, signal }: Call,
): Promise<Outcome> {
  try {
    const { why, warning } = await poll({
      get: () => cluster.get(reference, signal),
      look: (live) => rule.look(live, cluster, signal),
      onWait: (what) => log.status(what),
      seconds,
      signal,
    });
    if (warning !== undefined) log.warning(warning);
    return why === undefined ? { ready: true } : { ready: false, why };
  } catch (error) {
    return unseen(error);
  }
}

type Outcome = { readonly ready: true } | { readonly ready: false; readonly why: string };

async function run(
  cluster: Cluster,
  reference: Reference,
  plan: WaitPlan,
  seconds: number,
  call: Call,
): Promise<Outcome> {
  const over = new AbortController();
  const end = (): void => over.abort();
  call.signal.addEventListener("abort", end, { once: true });
  // kubectl ends by itself at the deadline; this is for one that hangs.
  const hanging = setTimeout(end, (seconds + 5) * 1000);
  if (call.signal.aborted) end();
  let last = "";
  const onLine = (line: string): void => {
    last = readable(line);
    call.log.status(last);
  };
  const deadline = Date.now() + seconds * 1000;
  const start = (wait: Wait): Promise<Outcome> =>
    once(cluster, reference, wait, deadline, { call, signal: over.signal, onLine });
  try {
    const outcomes = plan.waits.map(start);
    const outcome = plan.mode === "all" ? await allReady(outcomes) : await firstSettled(outcomes);
    if (outcome.ready) return outcome;
    if (call.signal.aborted) return { ready: false, why: `was not ready yet when this was cancelled: ${last}` };
    return outcome;
  } catch (error) {
    return unseen(error);
  } finally {
    clearTimeout(hanging);
    call.signal.removeEventListener("abort", end);
    end();
  }
}

/** The object is there all the same: it has to be recorded. */
function unseen(error: unknown): Outcome {
  return { ready: false, why: `can't be waited for: ${(error as Error).message}` };
}

interface Running {
  readonly call: Call;
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

/** One wait, begun anew when the API server went away meanwhile. */
async function once(
  cluster: Cluster,
  { namespace }: Reference,
  { argv, means }: Wait,
  deadline: number,
  { call, signal, onLine }: Running,
): Promise<Outcome> {
  const scope = namespace === undefined ? [] : ["--namespace", namespace];
  for (;;) {
    const left = Math.max(Math.ceil((deadline - Date.now()) / 1000), 1);
    const began = Date.now();
    const quiet = means === "failed" ? undefined : onLine;
    const argument = [...argv, ...scope, `--timeout=${left}s`];
    const ended = await cluster.kubectl.run(argument, { children: call.children, signal, onLine: quiet });
    if (ended.exitCode === 0) {
      return means === "ready" ? { ready: true } : { ready: false, why: "has failed" };
    }
    const timedOut = Date.now() >= deadline || signal.aborted;
    if (!timedOut && isInterrupted(ended)) {
      await sleep(Math.max(1000 - (Date.now() - began), 0));
      continue;
    }
    // That it has not failed by now is no answer.
    if (means === "failed") return new Promise(() => {});
    return {
      ready: false,
      why: timedOut || isTimeout(ended) ? late(began, deadline, ended) : `is not ready: ${lastLine(ended)}`,
    };
  }
}

function late(began: number, deadline: number, ended: Ended): string {
  const seconds = Math.round((deadline - began) / 1000);
  const seen = ended.lines
    .filter((line) => !isTimeoutLine(line))
    .map(readable)
    .at(-1);
  return `was not ready within ${seconds} s${seen === undefined ? "" : `: ${seen}`}`;
}

function isTimeoutLine(line: string): boolean {
  return /timed out waiting/.test(line);
}

function isTimeout({ lines }: Ended): boolean {
  return lines.some(isTimeoutLine);
}

/** Whether kubectl ended because it lost the API server. */
function isInterrupted({ lines }: Ended): boolean {
  return lines.some((line) =>
    /connection re(fused|set)|Unable to connect|unexpected EOF|TLS handshake|watch closed|ServiceUnavailable/i.test(
      line,
    ),
  );
}

function lastLine({ lines, exitCode }: Ended): string {
  return readable(lines.at(-1) ?? `kubectl ended with ${exitCode}`);
}

function readable(line: string): string {
  return line.replace(/^error: /, "").replace(/^Waiting for /, "waiting for ");
}

async function allReady(outcomes: readonly Promise<Outcome>[]): Promise<Outcome> {
  const settled = await Promise.all(outcomes);
  return settled.find((outcome) => !outcome.ready) ?? { ready: true };
}

/** The first that is ready or says why not. */
function firstSettled(outcomes: readonly Promise<Outcome>[]): Promise<Outcome> {
  return Promise.race(outcomes);
}

/** The live object after the wait; undefined when it can't be had. */
async function lastSeen(cluster: Cluster, reference: Reference): Promise<Tree | undefined> {
  try {
    return await cluster.get(reference, AbortSignal.timeout(5000));
  } catch {
    return undefined;
  }
}
