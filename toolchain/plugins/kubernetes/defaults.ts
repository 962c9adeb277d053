import { isList, isTree, parsePath, type Step, type Tree, type Value } from "../host";
import { rewriteOwners, union } from "./adopt";
import { isInvalid } from "./api-error";
import type { Cluster } from "./cluster";
import { at, listAt, treeAt } from "./object";
import { ownersAt, ownersOf } from "./ownership";
import type { Kind } from "./token";

/**
 * The fields that the server refuses, if all of them are defaults that stand in the way: where a Deployment changes from
 * rolling updates to Recreate, what the server filled in for the first is forbidden with the second. Nobody owns them,
 * so that no apply takes them off; an object that the official plugin makes owns its defaults.
 */
export function leftDefaults(object: Tree, live: Tree | undefined, refusal: unknown): readonly (readonly string[])[] {
  if (live === undefined || !isInvalid(refusal)) return [];
  const paths = refusal.causes.map(({ field }) => parsePath(field));
  const isLeft = (path: readonly Step[]): path is readonly string[] =>
    path.length > 1 &&
    path.every((step) => typeof step === "string") &&
    at(object, ...path) === undefined &&
    at(live, ...path) !== undefined &&
    isNobodys(live, path);
  return paths.every(isLeft) ? paths.filter(isLeft) : [];
}

function isNobodys(live: Tree, path: readonly string[]): boolean {
  const { theirs } = path.reduce(ownersAt, ownersOf(live, []));
  return theirs.length === 0;
}

/** Makes the resource's manager the owner of these fields, so that its next apply takes them off. */
export async function ownDefaults(
  cluster: Cluster,
  kind: Kind,
  live: Tree,
  manager: string,
  paths: readonly (readonly string[])[],
  signal?: AbortSignal,
): Promise<void> {
  await rewriteOwners(cluster, kind, live, (current) => owning(current, manager, paths), signal);
}

/** The owners with these fields given to the manager; undefined where it owns nothing at all. */
export function owning(
  live: Tree,
  manager: string,
  paths: readonly (readonly string[])[],
): readonly Tree[] | undefined {
  const entries = listAt(live, "metadata", "managedFields").filter(isTree);
  const isOurs = (entry: Tree): boolean => entry.manager === manager && entry.operation === "Apply";
  if (!entries.some(isOurs)) return undefined;
  const fields = paths.map((path) =>
    path.reduceRight<Tree>((inner, key) => ({ [`f:${key}`]: inner }), fieldsOf(at(live, ...path))),
  );
  return entries.map((entry) =>
    isOurs(entry) ? { ...entry, fieldsV1: fields.reduce(union, treeAt(entry, "fieldsV1")) } : entry,
  );
}

/** A value as an owner has it: itself, and what lies in it. */
function fieldsOf(value: Value | undefined): Tree {
  if (!isTree(value) || isList(value)) return {};
  const inner = Object.entries(value).map(([key, item]): [string, Tree] => [`f:${key}`, fieldsOf(item)]);
  return { ".": {}, ...Object.fromEntries(inner) };
}
