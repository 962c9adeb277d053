import { isTree, type Tree, type Value } from "../host";
import { type Cluster, referenceTo } from "./cluster";
import { listAt, textAt, treeAt } from "./object";
import type { Kind } from "./token";

/** Whose requests of another kind than an apply were this resource's: the official plugin makes an object by a POST. */
export const officialManagers = ["pulumi-kubernetes", "pulumi-kubernetes.exe", "pulumi-resource-kubernetes"];

/**
 * Hands what the official plugin set by other requests to the resource's own field manager. Two managers would conflict
 * when a field changes, and one that leaves the program would stay.
 *
 * @returns the live object afterwards
 */
export async function adopt(
  cluster: Cluster,
  kind: Kind,
  live: Tree,
  manager: string,
  signal?: AbortSignal,
): Promise<Tree> {
  const managedFields = adopted(live, manager);
  if (managedFields === undefined) return live;
  const replace = (key: string, value: Value): Tree => ({ op: "replace", path: `/metadata/${key}`, value });
  const version = textAt(live, "metadata", "resourceVersion") ?? "";
  // With the version, so that what others became owner of meanwhile is not lost.
  const patch = [replace("managedFields", managedFields), replace("resourceVersion", version)];
  return await cluster.patch(referenceTo(kind, live), patch, signal);
}

/** The owners after the hand-over; undefined where nothing is to be handed over. */
export function adopted(live: Tree, manager: string): readonly Tree[] | undefined {
  const entries = listAt(live, "metadata", "managedFields").filter(isTree);
  const left = entries.filter((entry) => isForeignRequest(entry, manager));
  if (left.length === 0) return undefined;
  const isOurs = (entry: Tree): boolean => entry.manager === manager && entry.operation === "Apply";
  const parts = [...entries.filter(isOurs), ...left];
  const fieldsV1 = parts.reduce<Tree>((all, entry) => union(all, treeAt(entry, "fieldsV1")), {});
  const others = entries.filter((entry) => !parts.includes(entry));
  return [...others, { ...parts[0], manager, operation: "Apply", fieldsV1 }];
}

function isForeignRequest(entry: Tree, manager: string): boolean {
  const name = textAt(entry, "manager") ?? "";
  const isStatus = (textAt(entry, "subresource") ?? "") !== "";
  return entry.operation === "Update" && !isStatus && [...officialManagers, manager].includes(name);
}

function union(one: Tree, other: Tree): Tree {
  const entries = Object.entries(other).map(([key, value]): [string, Value | undefined] => {
    const before = one[key];
    return [key, isTree(before) && isTree(value) ? union(before, value) : value];
  });
  return { ...one, ...Object.fromEntries(entries) };
}
