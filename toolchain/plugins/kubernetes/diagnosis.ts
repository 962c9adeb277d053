import { isTree, type Tree, type Value } from "../host";
import type { Cluster } from "./cluster";
import { listAt, nameOf, namespaceOf, numberAt, textAt, treeAt } from "./object";
import type { Kind } from "./token";
import { hasCondition } from "./wait-plan";

/** How many pods and how many events are worth a line each. */
const most = { pods: 4, events: 4 };

/** What the object's conditions, its pods and its events say about why it is not ready. */
export async function diagnose(cluster: Cluster, kind: Kind, live: Tree): Promise<readonly string[]> {
  try {
    const pods = await podsOf(cluster, kind, live);
    const suspects = [
      nameOf(live),
      ...pods.filter((pod) => !isReady(pod)).map((pod) => (isTree(pod) ? nameOf(pod) : "")),
    ];
    const events = await eventsOf(cluster, namespaceOf(live), suspects);
    return [...describeConditions(live), ...describePods(pods), ...describeEvents(events)];
  } catch (error) {
    return [`what its pods say can't be asked: ${(error as Error).message}`];
  }
}

const core = (kind: string): Kind => ({ group: "", version: "v1", kind });

async function podsOf(cluster: Cluster, kind: Kind, live: Tree): Promise<readonly Value[]> {
  if (kind.group === "" && kind.kind === "Pod") return [live];
  const selector = Object.entries(labelsOfPods(kind, live)).map(([key, value]) => `${key}=${String(value)}`);
  if (selector.length === 0) return [];
  const query = new URLSearchParams({ labelSelector: selector.join(",") });
  return listAt(await cluster.list(core("Pod"), namespaceOf(live), query), "items");
}

/** The labels by which the object picks its pods. */
function labelsOfPods({ group, kind }: Kind, live: Tree): Tree {
  if (group === "apps" || group === "batch") return treeAt(live, "spec", "selector", "matchLabels");
  const picks = group === "" && ["Service", "ReplicationController"].includes(kind);
  return picks ? treeAt(live, "spec", "selector") : {};
}

async function eventsOf(
  cluster: Cluster,
  namespace: string | undefined,
  names: readonly string[],
): Promise<readonly Value[]> {
  const query = new URLSearchParams({ fieldSelector: "type=Warning" });
  const events = listAt(await cluster.list(core("Event"), namespace, query), "items");
  return events.filter((event) => names.includes(textAt(event, "involvedObject", "name") ?? ""));
}

/** Conditions that say what is wrong: failures that are there. */
export function describeConditions(object: Value): readonly string[] {
  return listAt(object, "status", "conditions").flatMap((condition) => {
    const type = textAt(condition, "type") ?? "";
    const status = textAt(condition, "status");
    const bad = /Failure|Failed|Stalled/.test(type) ? status === "True" : status === "False";
    const why = textAt(condition, "message") || textAt(condition, "reason");
    return bad && why !== undefined && why !== "" ? [`condition ${type} is ${status}: ${why}`] : [];
  });
}

/** A line for each pod that is not ready, and why. */
export function describePods(pods: readonly Value[]): readonly string[] {
  const unready = pods.filter((pod) => !isReady(pod));
  const lines = unready.slice(0, most.pods).map(describePod);
  const others = unready.length - lines.length;
  return others > 0 ? [...lines, `${others} more pods are not ready`] : lines;
}

function isReady(pod: Value): boolean {
  return hasCondition(pod, "Ready") || textAt(pod, "status", "phase") === "Succeeded";
}

function describePod(pod: Value): string {
  const node = textAt(pod, "spec", "nodeName");
  const who = `pod ${textAt(pod, "metadata", "name")}${node === undefined ? "" : ` on ${node}`}`;
  const statuses = ["initContainerStatuses", "containerStatuses"].flatMap((key) => listAt(pod, "status", key));
  const reasons = statuses.flatMap(containerProblem);
  if (reasons.length > 0) return `${who}: ${reasons.join("; ")}`;
  const unscheduled = listAt(pod, "status", "conditions").find(
    (condition) => textAt(condition, "type") === "PodScheduled" && textAt(condition, "status") === "False",
  );
  const phase = textAt(pod, "status", "phase") ?? "Unknown";
  return `${who}: ${textAt(unscheduled, "message") ?? textAt(pod, "status", "message") ?? `${phase}, not ready`}`;
}

function containerProblem(status: Value): string[] {
  const name = textAt(status, "name");
  const waiting = textAt(status, "state", "waiting", "reason");
  const ended = treeAt(status, "lastState", "terminated");
  const before = Object.keys(ended).length > 0 ? `, ended with ${numberAt(ended, "exitCode")} before` : "";
  if (waiting !== undefined) {
    const message = textAt(status, "state", "waiting", "message");
    return [`container ${name} waits: ${waiting}${message === undefined ? "" : ` (${message})`}${before}`];
  }
  const exit = treeAt(status, "state", "terminated");
  if (numberAt(exit, "exitCode") !== 0) {
    return [`container ${name} ended with ${numberAt(exit, "exitCode")} (${textAt(exit, "reason") ?? "no reason"})`];
  }
  const running = Object.keys(treeAt(status, "state", "running")).length > 0;
  return running && treeAt(status).ready === false ? [`container ${name} runs but is not ready${before}`] : [];
}

/** The newest warnings, one line for each text. */
export function describeEvents(events: readonly Value[]): readonly string[] {
  const when = (event: Value): string =>
    textAt(event, "lastTimestamp") ??
    textAt(event, "eventTime") ??
    textAt(event, "metadata", "creationTimestamp") ??
    "";
  const newest = [...events].sort((a, b) => when(b).localeCompare(when(a)));
  const lines = newest.map((event) => {
    const about = `${textAt(event, "involvedObject", "kind")} ${textAt(event, "involvedObject", "name")}`;
    return `event on ${about}: ${textAt(event, "reason")}: ${textAt(event, "message")}`;
  });
  return [...new Set(lines)].slice(0, most.events);
}
