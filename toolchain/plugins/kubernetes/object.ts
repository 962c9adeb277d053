import { isList, isTree, mapTree, own, type Tree, type Value } from "../host";

/** The value at a path of keys, undefined where the path ends early. */
export function at(value: Value | undefined, ...path: (string | number)[]): Value | undefined {
  let here = value;
  for (const key of path) {
    if (isList(here) && typeof key === "number") here = here[key];
    else if (isTree(here) && typeof key === "string") here = own(here, key);
    else return undefined;
  }
  return here;
}

/** The text at a path, undefined when there is none or it is of another type. */
export function textAt(value: Value | undefined, ...path: (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" ? found : undefined;
}

/** The number at a path, 0 when there is none: how Kubernetes reads absent counts. */
export function numberAt(value: Value | undefined, ...path: (string | number)[]): number {
  const found = at(value, ...path);
  return typeof found === "number" ? found : 0;
}

/** The list at a path, empty when there is none. */
export function listAt(value: Value | undefined, ...path: (string | number)[]): readonly Value[] {
  const found = at(value, ...path);
  return isList(found) ? found : [];
}

/** The object at a path, empty when there is none. */
export function treeAt(value: Value | undefined, ...path: (string | number)[]): Tree {
  const found = at(value, ...path);
  return isTree(found) ? found : {};
}

/** The object with some of its metadata set, or removed where the new value is undefined. */
export function withMetadata(object: Tree, entries: Tree): Tree {
  return { ...object, metadata: withoutAbsent({ ...treeAt(object, "metadata"), ...entries }) };
}

/** The tree without keys that hold undefined. */
export function withoutAbsent(tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([, value]) => value !== undefined));
}

/** The object's name; every object that comes from an API server has one. */
export function nameOf(object: Tree): string {
  return textAt(object, "metadata", "name") ?? "";
}

/** The object's namespace, undefined for one that lives outside namespaces. */
export function namespaceOf(object: Tree): string | undefined {
  return textAt(object, "metadata", "namespace") || undefined;
}

/** `namespace/name`, or `name` where there is no namespace: the id of a resource in Pulumi's state. */
export function idOf(object: Tree): string {
  const namespace = namespaceOf(object);
  return namespace === undefined ? nameOf(object) : `${namespace}/${nameOf(object)}`;
}

/** The parts of an id made by {@link idOf}. */
export function parseId(id: string): { namespace: string | undefined; name: string } {
  const slash = id.indexOf("/");
  return slash < 0 ? { namespace: undefined, name: id } : { namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}

/** As the API server spells it: `x-kubernetes-preserve-unknown-fields`. Pulumi's SDK writes underscores. */
export function toServerKeys(object: Tree): Tree {
  return renameKeys(object, toServerKey);
}

/** One key as the API server spells it. */
export function toServerKey(key: string): string {
  return key.startsWith("x_kubernetes_") ? key.replaceAll("_", "-") : key;
}

/** As Pulumi's SDK spells it: `x_kubernetes_preserve_unknown_fields`. */
export function toSdkKeys(object: Tree): Tree {
  return renameKeys(object, (key) => (key.startsWith("x-kubernetes-") ? key.replaceAll("-", "_") : key));
}

function renameKeys(tree: Tree, rename: (key: string) => string): Tree {
  const inner = (value: Value | undefined): Value | undefined => {
    if (isList(value)) return value.map((item) => inner(item) ?? null);
    return isTree(value) ? renameKeys(value, rename) : value;
  };
  const renamed = mapTree(tree, inner);
  return Object.fromEntries(Object.entries(renamed).map(([key, value]) => [rename(key), value]));
}
