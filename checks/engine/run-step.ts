import { confluenceNames } from "../../components/confluence/names";
import { probeNames } from "../../components/probe/probe-names";
import type { Ran } from "../../lib/ran";
import type { Place, Step } from "../language/check";
import { type Facts, fill, UnknownFact } from "../language/placeholders";
import type { ClusterAccess } from "./access";
import type { Clock } from "./clock";
import { prefixOf } from "./subjects";

/** A step as it went. */
export interface StepRecord {
  readonly id: string;
  /** Where it ran, in words: `node n1`, `pod probe-x4k2p on n1`, `this machine`. */
  readonly where: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Absent when it could not be run. */
  readonly ran?: Ran;
  /** Why it could not be run: the placeholder without a value. */
  readonly notRun?: string;
}

/** What running steps needs beside the step. */
export interface StepContext {
  readonly access: ClusterAccess;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Multiplies deadlines; the time that a command has grows with it, and never gets shorter. */
  readonly deadlineFactor: number;
}

/** How long a step's command may take, in seconds. */
export function secondsOf({ timeoutSeconds = 10 }: Step, deadlineFactor: number): number {
  return timeoutSeconds * Math.max(1, deadlineFactor);
}

/** Whether a command was ended by its time limit, as timeout(1) tells it: what it was to show was not seen. */
export function isLate({ ran }: StepRecord): boolean {
  return ran?.exitCode === 124;
}

/** Runs the steps of one try in order, background steps beside the ones that follow them. Stops at none. */
export async function runSteps(steps: readonly Step[], facts: Facts, context: StepContext): Promise<StepRecord[]> {
  const started: Promise<StepRecord>[] = [];
  for (const step of steps) {
    const record = runStep(step, facts, context);
    // Waited for below; a rejection (an abort) must not count as unhandled until then.
    record.catch(() => {});
    started.push(record);
    if (!step.background) await record;
  }
  return Promise.all(started);
}

/** Runs one step at its place. */
export async function runStep(
  step: Step,
  facts: Facts,
  { access, clock, signal, deadlineFactor }: StepContext,
): Promise<StepRecord> {
  signal.throwIfAborted();
  const startedAt = new Date(clock.now()).toISOString();
  const where = describePlace(step.at, facts);
  const options = { signal, timeoutMs: secondsOf(step, deadlineFactor) * 1000 };
  try {
    const run = step.run.map((word) => fill(word, facts));
    return { id: step.id, where, startedAt, ran: await dispatch() };

    function dispatch(): Promise<Ran> {
      const end = prefixOf(step.at);
      if (step.at === "kubectl") return access.kubectl(run, options);
      if (step.at === "dhcp-server") return orNone(run, access.dhcpServer?.(run, options));
      if (step.at === "dhcp-log") return orNone(run, access.dhcpLog?.(run, options));
      if (step.at.endsWith("node")) return access.node(fill(`{${end}node}`, facts), run, options);
      const pod = fill(`{${podFact(step.at)}}`, facts);
      const { namespace, container } = step.at.endsWith("replica") ? confluenceNames : probeNames;
      return access.pod({ namespace, pod, container }, run, options);
    }
  } catch (error) {
    if (!(error instanceof UnknownFact)) throw error;
    return { id: step.id, where, startedAt, notRun: error.message };
  }
}

/** That a stack has no DHCP server is something seen, not something that failed. */
async function orNone(argv: readonly string[], ran: Promise<Ran | undefined> | undefined): Promise<Ran> {
  return (await ran) ?? { argv, exitCode: 0, stdout: "", stderr: "this stack has no DHCP server", ms: 0 };
}

function describePlace(place: Place, facts: Facts): string {
  if (place === "kubectl") return "this machine";
  if (place === "dhcp-server") return "the DHCP server";
  if (place === "dhcp-log") return "the DHCP server's log";
  const end = prefixOf(place);
  const text = place.endsWith("node") ? `node {${end}node}` : `pod {${podFact(place)}} on {${end}node}`;
  return fill(text, facts, "(none)");
}

/** The placeholder that names the pod of a place: `from.pod` for itself, `from.staticPod` for `from.static`. */
function podFact(place: Place): string {
  return place.endsWith("pod") ? place : `${place}Pod`;
}
