import { isTree, type Tree, type Value } from "../host";
import { ApiError } from "./api-error";
import { type Cluster, referenceTo } from "./cluster";
import { listAt, textAt, treeAt, withMetadata } from "./object";
import type { Kind } from "./token";

/**
 * Whose requests are taken over, as the official plugin does: its own of another kind than an apply, as it makes an
 * object by a POST; and those of `kubectl`, with which a person changes an object by hand.
 */
const takenOver = {
  Update: /^(kubectl.*|pulumi-kubernetes|pulumi-kubernetes\.exe|pulumi-resource-kubernetes|before-first-apply)$/,
  Apply: /^kubectl.*$/,
} as const;

/** Whether fields of this manager are taken over by an update. */
export function isTakenOver(manager: string): boolean {
  return takenOver.Update.test(manager);
}

/**
 * Hands what the official plugin and `kubectl` set to the resource's own field manager. Two managers would conflict
 * when a field changes, and one that leaves the program would stay.
 */
export async function adopt(
  cluster: Cluster,
  kind: Kind,
  found: Tree,
  manager: string,
  signal?: AbortSignal,
): Promise<void> {
  await rewriteOwners(cluster, kind, found, (live) => adopted(live, manager), signal);
}

/** Replaces the owners of an object's fields by those that the function finds; undefined: they stay as they are. */
export async function rewriteOwners(
  cluster: Cluster,
  kind: Kind,
  found: Tree,
  ownersFor: (live: Tree) => readonly Tree[] | undefined,
  signal?: AbortSignal,
): Promise<void> {
  const reference = referenceTo(kind, found);
  let live: Tree | undefined = found;
  for (let tries = 1; live !== undefined; tries++) {
    const managedFields = ownersFor(live);
    if (managedFields === undefined) return;
    const replace = (key: string, value: Value): Tree => ({ op: "replace", path: `/metadata/${key}`, value });
    const version = textAt(live, "metadata", "resourceVersion") ?? "";
    // With the version, so that what others became owner of meanwhile is not lost.
    const patch = [replace("managedFields", managedFields), replace("resourceVersion", version)];
    try {
      await cluster.patch(reference, patch, signal);
      return;
    } catch (error) {
      // Its controller wrote the status meanwhile.
      if (!(error instanceof ApiError && error.code === 409) || tries === mostTries) throw error;
      live = await cluster.get(reference, signal);
    }
  }
}

const mostTries = 5;

/** The live object with the owners that it has after {@link adopt}. */
export function handedOver(live: Tree, manager: string): Tree {
  const managedFields = adopted(live, manager);
  return managedFields === undefined ? live : withMetadata(live, { managedFields });
}

/** The owners after the hand-over; undefined where nothing is to be handed over. */
export function adopted(live: Tree, manager: string): readonly Tree[] | undefined {
  const entries = listAt(live, "metadata", "managedFields").filter(isTree);
  const isOurs = (entry: Tree): boolean => entry.manager === manager && entry.operation === "Apply";
  const left = entries.filter((entry) => !isOurs(entry) && isHandedOver(entry, manager));
  if (left.length === 0) return undefined;
  const parts = [...entries.filter(isOurs), ...left];
  const fieldsV1 = parts.reduce<Tree>((all, entry) => union(all, treeAt(entry, "fieldsV1")), {});
  const others = entries.filter((entry) => !parts.includes(entry));
  return [...others, { ...parts[0], manager, operation: "Apply", fieldsV1 }];
}

function isHandedOver(entry: Tree, manager: string): boolean {
  const name = textAt(entry, "manager") ?? "";
  // Of a subresource: the status, or the replicas that `kubectl scale` and autoscalers set.
  if ((textAt(entry, "subresource") ?? "") !== "") return false;
  if (entry.operation === "Apply") return takenOver.Apply.test(name);
  return isTakenOver(name) || name === manager;
}

/** Both sets of owned fields in one. */
export function union(one: Tree, other: Tree): Tree {
  const entries = Object.entries(other).map(([key, value]): [string, Value | undefined] => {
    const before = one[key];
    return [key, isTree(before) && isTree(value) ? union(before, value) : value];
  });
  return { ...one, ...Object.fromEntries(entries) };
}
