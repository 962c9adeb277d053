import { setTimeout as sleep } from "node:timers/promises";
import type { Call, DeleteRequest, Tree } from "../host";
import { annotation, annotations, deadlineSeconds, isAnnotated, propagationPolicy } from "./annotations";
import { Unreachable } from "./api-error";
import type { Cluster, Reference } from "./cluster";
import type { Connection } from "./connection";
import { NotServed } from "./discovery";
import { KubeconfigError } from "./kubeconfig-files";
import { listAt, parseId, textAt } from "./object";
import { declared, inputsOf } from "./state";
import { isBuiltIn, type Kind, kindOf, parseToken } from "./token";

/** Deletes the object and waits until it is gone. One that is gone already, or whose kind is, is deleted. */
export async function remove(request: DeleteRequest, connection: Connection, call: Call): Promise<void> {
  const inputs = declared(inputsOf(request.state));
  const kind = kindOf(declared(request.state)) ?? kindOf(inputs) ?? parseToken(request.type);
  const reference = { kind, ...parseId(request.id) };
  const policy = isOwnless(kind, inputs) ? "Background" : propagationPolicy(inputs);
  try {
    const cluster = connection.required();
    const leaving = await cluster.remove(reference, policy, call.signal);
    if (leaving === undefined || mayLeave(kind, inputs)) return;
    await awaitGone(cluster, reference, leaving, deadlineSeconds(inputs, request.timeoutSeconds), call);
  } catch (error) {
    if (error instanceof NotServed) return;
    if (!(error instanceof Unreachable || error instanceof KubeconfigError)) throw error;
    if (connection.settings.deleteUnreachable) {
      call.log.warning(`dropped from the state, as deleteUnreachable is set: ${error.message}`);
      return;
    }
    throw new Error(
      `${error.message}. If the cluster is gone for good, run again with PULUMI_K8S_DELETE_UNREACHABLE=true to drop its objects from the state, or \`./lab down\` for a lab's cluster`,
    );
  }
}

/**
 * Kinds that own no other objects: a deletion in the foreground would only add a round through the garbage collector,
 * and never end where none runs.
 */
function isOwnless({ group, kind }: Kind, inputs: Tree): boolean {
  if (annotation(inputs, annotations.deletionPropagation) !== undefined) return false;
  const owners = ["ReplicationController", "Node", "CustomResourceDefinition", "APIService"];
  return isBuiltIn(group) && !["apps", "batch"].includes(group) && !owners.includes(kind);
}

/** Kinds whose end skipAwait skips too, as it did before the official plugin waited for the end of all kinds. */
const skippable = new Set([
  "/Namespace",
  "/Pod",
  "/ReplicationController",
  "apps/DaemonSet",
  "apps/Deployment",
  "apps/StatefulSet",
  "batch/Job",
]);

function mayLeave({ group, kind }: Kind, inputs: Tree): boolean {
  return skippable.has(`${group}/${kind}`) && isAnnotated(inputs, annotations.skipAwait);
}

async function awaitGone(
  cluster: Cluster,
  reference: Reference,
  leaving: Tree,
  seconds: number,
  { log, signal }: Call,
): Promise<void> {
  const uid = textAt(leaving, "metadata", "uid");
  const deadline = Date.now() + seconds * 1000;
  let last = leaving;
  for (let pause = 50; ; pause = Math.min(pause * 1.6, 1000)) {
    const found = await cluster.get(reference, signal);
    // Another object of that name is not the one that was to go.
    if (found === undefined || textAt(found, "metadata", "uid") !== uid) return;
    last = found;
    if (Date.now() > deadline) break;
    if (pause === 1000) log.status(holding(last));
    await sleep(pause, undefined, { signal }).catch(() => {
      throw new Error(
        `${nameFor(reference)} is being deleted, but was still there when this was cancelled: ${holding(last)}`,
      );
    });
  }
  throw new Error(`${nameFor(reference)} is being deleted, but still there after ${seconds} s: ${holding(last)}`);
}

function nameFor({ kind, namespace, name }: Reference): string {
  return `${kind.kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/** What keeps an object that is being deleted. */
function holding(object: Tree): string {
  const finalizers = [...listAt(object, "metadata", "finalizers"), ...listAt(object, "spec", "finalizers")];
  const conditions = listAt(object, "status", "conditions")
    .filter((condition) => textAt(condition, "type")?.startsWith("Namespace") && textAt(condition, "status") === "True")
    .flatMap((condition) => textAt(condition, "message") ?? []);
  if (finalizers.length === 0) return ["it has no finalizers: its node still has to stop it", ...conditions].join("; ");
  return [`waits for its finalizers ${finalizers.join(", ")}`, ...conditions].join("; ");
}
