import pRetry from "p-retry";
import {
  type Call,
  type Created,
  type CreateRequest,
  containsUnknown,
  InitFailed,
  type Tree,
  type UpdateRequest,
} from "../host";
import { adopt, handedOver, isTakenOver } from "./adopt";
import { annotation, annotations, isAnnotated } from "./annotations";
import { ApiError, isFieldConflict, isNamespaceMissing } from "./api-error";
import { awaitReady } from "./await";
import { type Cluster, referenceTo } from "./cluster";
import { describeConflict, ownersIn } from "./conflict";
import type { Connection } from "./connection";
import { leftDefaults, ownDefaults } from "./defaults";
import { NotServed } from "./discovery";
import { heeding } from "./ignore";
import { idOf, listAt, textAt } from "./object";
import { declared, managerOf, outputsOf, previewOf } from "./state";
import { type Kind, kindOf, parseToken } from "./token";

/** Makes the object and waits until it is ready; in a preview asks the API server what would become of it. */
export async function create(request: CreateRequest, connection: Connection, call: Call): Promise<Created> {
  const { inputs, urn, preview } = request;
  const object = declared(inputs);
  const kind = kindOf(object) ?? parseToken(request.type);
  const manager = managerOf(object, {}, urn);
  if (preview) return { id: "", outputs: await previewCreate(connection, kind, object, inputs, manager, call) };

  const cluster = connection.required();
  const force = isForced(object, connection);
  const onWarning = deprecations(connection, call);
  const live = await pRetry(
    async () => {
      if (!connection.settings.upsertExistingObjects) await refuseForeign(cluster, kind, object, manager, call.signal);
      return await explained(
        cluster.apply(kind, object, { manager, force, onWarning }, call.signal),
        kind,
        object,
        manager,
      );
    },
    {
      // Some eight seconds: what the object needs may come up beside it.
      retries: 6,
      minTimeout: 250,
      factor: 1.8,
      signal: call.signal,
      shouldRetry: isNotYet,
      onFailedAttempt: ({ message }) => call.log.status(`not yet: ${message}`),
    },
  );
  const outputs = await settled(cluster, kind, live, inputs, {}, manager, request.timeoutSeconds, call);
  return { id: idOf(live), outputs };
}

/** Changes the object and waits until it is ready again; returns the new outputs. */
export async function update(request: UpdateRequest, connection: Connection, call: Call): Promise<Tree> {
  const { news, state, urn, preview, ignoreChanges } = request;
  const object = declared(news);
  const kind = kindOf(object) ?? parseToken(request.type);
  const manager = managerOf(object, state, urn);
  const before = managerOf({}, state, urn);
  const force = isForced(object, connection);
  const isHandedOver = (owner: string): boolean => owner === manager || isTakenOver(owner);
  const applied = async (cluster: Cluster, dryRun: boolean): Promise<Tree> => {
    const found = await cluster.get(referenceTo(kind, object), call.signal);
    const wanted =
      found === undefined ? object : heeding(object, handedOver(found, manager), [manager, before], ignoreChanges);
    if (!dryRun && found !== undefined) await adopt(cluster, kind, found, manager, call.signal);
    const how = { manager, force, dryRun, onWarning: deprecations(connection, call) };
    const answer = cluster.apply(kind, wanted, how, call.signal).catch(async (error: unknown) => {
      const inTheWay = leftDefaults(wanted, found, error);
      if (found !== undefined && inTheWay.length > 0) {
        if (dryRun) throw new Untried();
        await ownDefaults(cluster, kind, found, manager, inTheWay, call.signal);
        return await cluster.apply(kind, wanted, how, call.signal);
      }
      // A trial hands nothing over, and is not to fail for that.
      if (!dryRun || !isFieldConflict(error) || !ownersIn(error).every(isHandedOver)) throw error;
      return await cluster.apply(kind, wanted, { ...how, force: true }, call.signal);
    });
    return await explained(answer, kind, object, manager);
  };
  if (preview) {
    const cluster = connection.current();
    if (cluster === undefined || containsUnknown(news)) return news;
    const live = await tolerant(applied(cluster, true));
    return live === undefined ? news : outputsOf(live, news, state, manager);
  }
  const cluster = connection.required();
  const live = await applied(cluster, false);
  await relinquish(cluster, kind, live, before, manager, call.signal);
  return await settled(cluster, kind, live, news, state, manager, request.timeoutSeconds, call);
}

async function previewCreate(
  connection: Connection,
  kind: Kind,
  object: Tree,
  inputs: Tree,
  manager: string,
  { signal }: Call,
): Promise<Tree> {
  const cluster = connection.current();
  if (cluster === undefined || containsUnknown(inputs)) return inputs;
  const live = await tolerant(explained(cluster.tryCreate(kind, object, manager, signal), kind, object, manager));
  return live === undefined ? inputs : previewOf(live, inputs, manager);
}

/** What the real thing does in two steps can't be tried. */
class Untried extends Error {}

/**
 * The answer of a trial; undefined where the trial says nothing about the real thing: its namespace or its kind may be
 * made before it, the object of its name be deleted before it, and who may not try may still be allowed to do.
 */
async function tolerant(trial: Promise<Tree>): Promise<Tree | undefined> {
  try {
    return await trial;
  } catch (error) {
    if (error instanceof NotServed || error instanceof Untried) return undefined;
    if (error instanceof ApiError && [403, 404].includes(error.code)) return undefined;
    if (error instanceof ApiError && error.reason === "AlreadyExists") return undefined;
    throw error;
  }
}

/** Whether it may work in a moment: the namespace, the kind or the namespace's service account is still being made. */
function isNotYet(error: Error): boolean {
  if (error instanceof NotServed || isNamespaceMissing(error)) return true;
  return error instanceof ApiError && error.code === 403 && /serviceaccount ".*" not found/.test(error.message);
}

/** An object that is there before its create belongs to somebody else, unless this very resource was killed on the way. */
async function refuseForeign(
  cluster: Cluster,
  kind: Kind,
  object: Tree,
  manager: string,
  signal: AbortSignal,
): Promise<void> {
  const found = await cluster.get(referenceTo(kind, object), signal);
  if (found === undefined) return;
  const owners = listAt(found, "metadata", "managedFields").map((entry) => textAt(entry, "manager"));
  if (owners.includes(manager)) return;
  const mine = [...new Set(owners)].map((owner) => JSON.stringify(owner)).join(", ");
  throw new Error(
    `${kind.kind} ${idOf(found)} already exists in the cluster, made by ${mine}; delete it, take it into the program with \`pulumi import --generate-code=false\`, give an alias where the resource was renamed, or set the provider's upsertExistingObjects`,
  );
}

/** The object ready, as outputs; a failed wait is reported with the live object, which is recorded and waited for again. */
async function settled(
  cluster: Cluster,
  kind: Kind,
  applied: Tree,
  inputs: Tree,
  state: Tree,
  manager: string,
  timeoutSeconds: number | undefined,
  call: Call,
): Promise<Tree> {
  const { live, problems } = await awaitReady(cluster, kind, applied, { timeoutSeconds }, call);
  const outputs = outputsOf(live, inputs, state, manager);
  if (problems.length > 0) throw new InitFailed(idOf(live), outputs, problems, inputs);
  return outputs;
}

/** Another manager from now on: the old one lets go, else the fields would have two owners. */
async function relinquish(
  cluster: Cluster,
  kind: Kind,
  { apiVersion, kind: name, metadata }: Tree,
  old: string,
  manager: string,
  signal: AbortSignal,
): Promise<void> {
  if (old === manager) return;
  const bare = {
    apiVersion,
    kind: name,
    metadata: { name: textAt(metadata, "name"), namespace: textAt(metadata, "namespace") },
  };
  await cluster.apply(kind, bare, { manager: old, force: false }, signal);
}

/** Takes the API server's warnings of kinds and fields that will go, which are told unless the program does not want them. */
function deprecations({ settings }: Connection, { log }: Call): (text: string) => void {
  return (text) => {
    if (/deprecated|unavailable in v/.test(text) && !settings.suppressDeprecationWarnings) log.warning(text);
  };
}

function isForced(object: Tree, { settings }: Connection): boolean {
  const own = annotation(object, annotations.patchForce);
  return own === undefined ? settings.enablePatchForce : isAnnotated(object, annotations.patchForce);
}

/** The answer, or an error that names the object. */
async function explained(answer: Promise<Tree>, kind: Kind, object: Tree, manager: string): Promise<Tree> {
  try {
    return await answer;
  } catch (error) {
    if (isFieldConflict(error)) throw new Error(describeConflict(error, `${kind.kind} ${idOf(object)}`, manager));
    throw error;
  }
}
