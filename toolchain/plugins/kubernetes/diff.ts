import {
  type Call,
  type Change,
  compare,
  containsUnknown,
  type Difference,
  type DiffRequest,
  type Tree,
} from "../host";
import { annotations, isAnnotated } from "./annotations";
import { type Cause, isInvalid } from "./api-error";
import { type Cluster, referenceTo } from "./cluster";
import type { Connection } from "./connection";
import { leftDefaults } from "./defaults";
import { applicable, type Ignoring } from "./ignore";
import { isHarmless, isWithin, needsNameFreed, replacedByRule } from "./immutable";
import { parseId } from "./object";
import { spelledLike } from "./spelling";
import { declared, inputsOf, managerOf } from "./state";
import { type Kind, kindOf, parseToken } from "./token";
import { hasCondition } from "./wait-plan";

/** What an update would change, and whether it takes a new object. Nothing changed: no question to the API server. */
export async function diff(request: DiffRequest, connection: Connection, call: Call): Promise<Difference> {
  const found = await declaredDifference(request, connection, call);
  const news = declared(request.news);
  if (!isAnnotated(news, annotations.replaceUnready)) return found;
  if (!(await isUnready(request, news, connection, call))) return found;
  const changes = new Map<string, Change>([...found.changes, [unready, "update"]]);
  const deleteBeforeReplace = needsNameFreed(declaredBefore(request), news, isAnnotated(news, annotations.autonamed));
  return { changes, replaces: new Set([...(found.replaces ?? []), unready]), deleteBeforeReplace };
}

const unready = `metadata.annotations["${annotations.replaceUnready}"]`;

/** Whether the live object is a Job that has not completed. */
async function isUnready(
  request: DiffRequest,
  news: Tree,
  connection: Connection,
  { log, signal }: Call,
): Promise<boolean> {
  const kind = kindOf(news) ?? parseToken(request.type);
  if (`${kind.group}/${kind.kind}` !== "batch/Job") {
    log.warning(`${annotations.replaceUnready} is only for Jobs, and has no effect on a ${kind.kind}`);
    return false;
  }
  try {
    const live = await connection.current()?.get({ kind, ...parseId(request.id) }, signal);
    return live !== undefined && !hasCondition(live, "Complete");
  } catch (error) {
    log.warning(`${annotations.replaceUnready} is not looked at: ${(error as Error).message}`);
    return false;
  }
}

function declaredBefore({ oldInputs, state }: DiffRequest): Tree {
  return declared(Object.keys(oldInputs).length > 0 ? oldInputs : inputsOf(state));
}

async function declaredDifference(request: DiffRequest, connection: Connection, { signal }: Call): Promise<Difference> {
  const news = declared(request.news);
  const olds = spelledLike(declaredBefore(request), news);
  const changes = compare(olds, news);
  if (changes.size === 0) return { changes };

  const kind = kindOf(news) ?? parseToken(request.type);
  let replaces = replacedByRule(kind, news, changes.keys(), connection.settings);
  const cluster = connection.current();
  const askable = !containsUnknown(news) && !isHarmless(changes.keys());
  if (replaces.size === 0 && askable && cluster !== undefined) {
    const manager = managerOf(news, request.state, request.urn);
    const before = managerOf({}, request.state, request.urn);
    const ignoring = { manager, before, ignoreChanges: request.ignoreChanges };
    replaces = await replacedByServer(cluster, kind, news, manager, ignoring, changes.keys(), signal);
  }
  const autonamed = isAnnotated(news, annotations.autonamed);
  return { changes, replaces, deleteBeforeReplace: replaces.size > 0 && needsNameFreed(olds, news, autonamed) };
}

/**
 * The changed paths that the API server refuses to change in place. It calls an immutable field invalid, as it does a
 * wrong value; an object that it would take as a new one has no wrong value.
 */
async function replacedByServer(
  cluster: Cluster,
  kind: Kind,
  news: Tree,
  manager: string,
  ignoring: Ignoring,
  changed: Iterable<string>,
  signal: AbortSignal,
): Promise<Set<string>> {
  try {
    const heeded = await applicable(cluster, kind, news, ignoring, signal);
    await cluster.apply(kind, heeded, { manager, force: true, dryRun: true }, signal);
    return new Set();
  } catch (refusal) {
    if (!isInvalid(refusal) || (await isInTheWay(cluster, kind, news, refusal, signal))) return new Set();
    if (!(await isAcceptableAnew(cluster, kind, news, manager, signal))) return new Set();
    return blamed([...changed], refusal.causes);
  }
}

/** Whether only defaults are refused, which the update takes off. */
async function isInTheWay(
  cluster: Cluster,
  kind: Kind,
  news: Tree,
  refusal: unknown,
  signal: AbortSignal,
): Promise<boolean> {
  const live = await cluster.get(referenceTo(kind, news), signal);
  return leftDefaults(news, live, refusal).length > 0;
}

async function isAcceptableAnew(
  cluster: Cluster,
  kind: Kind,
  news: Tree,
  manager: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await cluster.tryCreate(kind, news, manager, signal);
    return true;
  } catch (error) {
    // "Already exists" comes after everything else was found acceptable.
    return !isInvalid(error);
  }
}

/** The changed paths that the server's causes point at; all of them where it points elsewhere. */
export function blamed(changed: readonly string[], causes: readonly Cause[]): Set<string> {
  const hit = changed.filter((path) => causes.some(({ field }) => isWithin(path, field) || isWithin(field, path)));
  return new Set(hit.length > 0 ? hit : changed);
}
