import {
  type Call,
  compare,
  InitFailed,
  type ReadRequest,
  type ReadResult,
  same,
  type Tree,
  type Value,
} from "../host";
import { ApiError, Unreachable } from "./api-error";
import { awaitReady } from "./await";
import type { Cluster } from "./cluster";
import type { Connection } from "./connection";
import { NotServed } from "./discovery";
import { KubeconfigError } from "./kubeconfig-files";
import { parseId, toSdkKeys, treeAt, withMetadata } from "./object";
import { project } from "./project";
import { isSecretObject, markSecrets } from "./secrets";
import { declared, inputsOf, managerOf, outputsOf } from "./state";
import { type Kind, kindOf, parseToken } from "./token";

/** The live object with the inputs that describe it now; undefined when it is gone. */
export async function read(request: ReadRequest, connection: Connection, call: Call): Promise<ReadResult | undefined> {
  const { id, state, urn } = request;
  const recorded = Object.keys(request.inputs).length > 0 ? request.inputs : inputsOf(state);
  const wanted = declared(recorded);
  const kind = kindOf(wanted) ?? kindOf(declared(state)) ?? parseToken(request.type);
  const manager = managerOf(wanted, state, urn);
  const isImport = Object.keys(wanted).length === 0;
  try {
    const cluster = connection.required();
    const live = await cluster.get({ kind, ...parseId(id) }, call.signal);
    if (live === undefined) return undefined;
    const inputs = toSdkKeys(await inputsFor(cluster, kind, live, wanted, manager, call.signal));
    const marked = markSecrets(inputs, recorded);
    const outputs = outputsOf(live, marked, state, manager);
    const problems = isImport ? [] : await notReady(cluster, kind, live, call);
    if (problems.length > 0) throw new InitFailed(id, outputs, problems, marked);
    return { id, inputs: marked, outputs };
  } catch (error) {
    // Without its definition a custom resource is gone too.
    if (error instanceof NotServed) return undefined;
    if (!(error instanceof Unreachable || error instanceof KubeconfigError)) throw error;
    return unreachable(error, request, connection, call);
  }
}

/** Why a workload is not ready now: recorded, so that the next update waits for it again. */
async function notReady(cluster: Cluster, kind: Kind, live: Tree, call: Call): Promise<readonly string[]> {
  return (await awaitReady(cluster, kind, live, { glance: true }, call)).problems;
}

function unreachable(
  error: Error,
  { id, inputs, state }: ReadRequest,
  { settings }: Connection,
  { log }: Call,
): ReadResult | undefined {
  if (settings.deleteUnreachable) {
    log.warning(`dropped from the state, as deleteUnreachable is set: ${error.message}`);
    return undefined;
  }
  if (settings.skipUpdateUnreachable) {
    log.warning(`left as it is, as skipUpdateUnreachable is set: ${error.message}`);
    return { id, inputs, outputs: state };
  }
  throw new Error(
    `${error.message}. If the cluster is gone for good, run again with PULUMI_K8S_DELETE_UNREACHABLE=true to drop its objects from the state`,
  );
}

/** The inputs as they are where the live object still obeys them, else as the live object has them. */
async function inputsFor(
  cluster: Cluster,
  kind: Kind,
  live: Tree,
  wanted: Tree,
  manager: string,
  signal: AbortSignal,
): Promise<Tree> {
  if (Object.keys(wanted).length === 0) return imported(live);
  const found = project(withStringData(live, wanted), wanted);
  if (same(found, wanted)) return wanted;
  // The server may only spell it another way: `1000m` as `1`, an empty list as none.
  return (await changesNothing(cluster, kind, live, wanted, manager, signal)) ? wanted : found;
}

/** Whether applying the inputs again would leave the live object as it is. */
async function changesNothing(
  cluster: Cluster,
  kind: Kind,
  live: Tree,
  wanted: Tree,
  manager: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const again = await cluster.apply(kind, wanted, { manager, force: true, dryRun: true }, signal);
    return compare(comparable(live), comparable(again)).size === 0;
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  }
}

function comparable(object: Tree): Tree {
  const { status: _status, ...rest } = object;
  return withMetadata(rest, { managedFields: undefined, resourceVersion: undefined, generation: undefined });
}

/** A Secret's stringData is never served, only what became of it in data. */
function withStringData(live: Tree, wanted: Tree): Tree {
  if (!isSecretObject(wanted) || wanted.stringData === undefined) return live;
  const decode = (value: Value | undefined): Value =>
    typeof value === "string" ? Buffer.from(value, "base64").toString() : (value ?? null);
  const data = Object.entries(treeAt(live, "data")).map(([key, value]): [string, Value] => [key, decode(value)]);
  return { ...live, stringData: Object.fromEntries(data) };
}

/** Inputs for an object that the program did not declare before: everything but what the server writes. */
function imported(live: Tree): Tree {
  const { status: _status, ...object } = live;
  const { "deployment.kubernetes.io/revision": _revision, ...annotations } = treeAt(live, "metadata", "annotations");
  delete (annotations as Record<string, unknown>)["kubectl.kubernetes.io/last-applied-configuration"];
  return withMetadata(object, {
    annotations: Object.keys(annotations).length > 0 ? annotations : undefined,
    creationTimestamp: undefined,
    generation: undefined,
    managedFields: undefined,
    resourceVersion: undefined,
    selfLink: undefined,
    uid: undefined,
  });
}
