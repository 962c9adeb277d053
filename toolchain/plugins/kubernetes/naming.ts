import { createHash, randomBytes } from "node:crypto";
import { isTree, type Tree, type Value } from "../host";
import { annotations, isAnnotated } from "./annotations";
import { at, treeAt, withMetadata } from "./object";

/** What {@link named} needs to name an object. */
export interface NamingInput {
  /** The object as the program declares it. */
  readonly object: Tree;
  /** The inputs recorded before; empty for a new resource and for the successor of a replaced one. */
  readonly old: Tree;
  /** The resource's name in the program. */
  readonly resourceName: string;
  /** The engine's seed: equal in preview and update, so both choose the same name. */
  readonly randomSeed: Uint8Array;
  /** The name that the project's configuration wants. @default the resource's with eight hex digits */
  readonly proposed?: string;
}

/** The object with a name: its own, the one it was given before, or a new one of eight hex digits behind the resource's name. */
export function named({ object, old, resourceName, randomSeed, proposed }: NamingInput): Tree {
  if (hasName(object)) return object;
  if (isAnnotated(old, annotations.autonamed)) return autonamed(object, at(old, "metadata", "name") ?? null);
  return autonamed(object, proposed ?? `${resourceName}-${suffix(randomSeed)}`);
}

/** Whether the object has no name yet, nor had one before that was automatic. */
export function isNameless(object: Tree, old: Tree): boolean {
  return !hasName(object) && !isAnnotated(old, annotations.autonamed);
}

/** Whether the object has a name, be it one that is not known yet. */
function hasName({ metadata }: Tree): boolean {
  if (metadata === undefined || metadata === null) return false;
  // A metadata that is not known as a whole may hold a name.
  if (!isTree(metadata)) return true;
  return metadata.name !== undefined && metadata.name !== null && metadata.name !== "";
}

function autonamed(object: Tree, name: Value): Tree {
  const before = at(object, "metadata", "annotations");
  // Annotations that are not known as a whole can't take another entry.
  if (before !== undefined && before !== null && !isTree(before)) return withMetadata(object, { name });
  const after = { ...treeAt(object, "metadata", "annotations"), [annotations.autonamed]: "true" };
  return withMetadata(object, { name, annotations: after });
}

function suffix(seed: Uint8Array): string {
  return hex8(seed.length > 0 ? seed : randomBytes(16));
}

/**
 * The name under which the plugin applies a resource's fields: derived from its URN, so that a create that was killed
 * before it was recorded is recognised as this resource's own by the next one.
 */
export function fieldManagerOf(urn: string): string {
  return `pulumi-kubernetes-${hex8(urn)}`;
}

function hex8(text: string | Uint8Array): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}
