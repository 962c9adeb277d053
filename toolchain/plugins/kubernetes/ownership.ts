import { isTree, own, type Step, type Tree, type Value } from "../host";
import { listAt, textAt, treeAt } from "./object";

/**
 * Who owns a part of a live object: the nodes of `metadata.managedFields` that speak of it, one for each entry.
 * A node without children is the part as a whole, such as a number or a list without keys.
 */
export interface Owners {
  readonly ours: readonly Tree[];
  readonly theirs: readonly Tree[];
}

/** Who owns what of a live object: these managers, or others. */
export function ownersOf(live: Tree, managers: readonly string[]): Owners {
  const fields = (isOurs: boolean): readonly Tree[] =>
    listAt(live, "metadata", "managedFields")
      .filter((entry) => managers.includes(textAt(entry, "manager") ?? "") === isOurs)
      .map((entry) => treeAt(entry, "fieldsV1"));
  return { ours: fields(true), theirs: fields(false) };
}

/** Whether the part is owned as a whole: an empty node beside nodes with children is only an empty map. */
export function isWhole({ ours, theirs }: Owners): boolean {
  return [...ours, ...theirs].every(isLeaf);
}

/** The owners of the value under a key. */
export function ownersAt(owners: Owners, key: string): Owners {
  return descend(owners, (node) => (Object.hasOwn(node, `f:${key}`) ? `f:${key}` : undefined));
}

/** The owners of an element of a list, by its keys, its value or its place. */
export function ownersOfElement(owners: Owners, element: Value, place: Step): Owners {
  return descend(owners, (node) => Object.keys(node).find((key) => isAbout(key, element, place)));
}

function descend(owners: Owners, find: (node: Tree) => string | undefined): Owners {
  // Whoever owns the whole owns what lies in it.
  if (isWhole(owners)) return owners;
  const below = (nodes: readonly Tree[]): readonly Tree[] =>
    nodes.flatMap((node) => {
      const key = find(node);
      const found = key === undefined ? undefined : node[key];
      return isTree(found) ? [found] : [];
    });
  return { ours: below(owners.ours), theirs: below(owners.theirs) };
}

function isAbout(key: string, element: Value, place: Step): boolean {
  const [, form, text = ""] = /^([kvi]):(.*)$/s.exec(key) ?? [];
  if (form === "i") return text === String(place);
  if (form === "v") return text === JSON.stringify(element);
  if (form !== "k" || !isTree(element)) return false;
  return Object.entries(JSON.parse(text) as Tree).every(([name, value]) => own(element, name) === value);
}

function isLeaf(node: Tree): boolean {
  return Object.keys(node).every((key) => key === ".");
}
