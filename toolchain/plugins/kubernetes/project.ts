import { isList, isTree, own, type Tree, type Value } from "../host";

/** Keys by which Kubernetes tells the elements of a list apart, the usual first. */
const mergeKeys = [
  "name",
  "mountPath",
  "containerPort",
  "port",
  "ip",
  "key",
  "topologyKey",
  "type",
  "uid",
  "devicePath",
];

/**
 * The part of a live object that its inputs speak of: what the server filled in beside them is left out, what it changed
 * stands there with its new value, what it removed is missing.
 */
export function project(live: Tree, inputs: Tree): Tree {
  const entries = Object.entries(inputs).flatMap(([key, wanted]): [string, Value][] => {
    const found = projectValue(own(live, key), wanted);
    return found === undefined ? [] : [[key, found]];
  });
  return Object.fromEntries(entries);
}

function projectValue(live: Value | undefined, wanted: Value | undefined): Value | undefined {
  // An absent value and null are one to the server.
  if (live === undefined) return wanted === null ? null : undefined;
  if (isTree(live) && isTree(wanted)) return project(live, wanted);
  if (isList(live) && isList(wanted)) return projectList(live, wanted);
  return live;
}

function projectList(live: readonly Value[], wanted: readonly Value[]): readonly Value[] {
  const key = mergeKeyOf(live, wanted);
  if (key === undefined) {
    return live.length === wanted.length ? live.map((item, index) => projectValue(item, wanted[index]) ?? null) : live;
  }
  // Elements beside the wanted ones belong to others: an injected container, a port of another manager.
  return wanted.flatMap((element) => {
    const found = live.find((item) => isTree(item) && isTree(element) && own(item, key) === own(element, key));
    return found === undefined ? [] : (projectValue(found, element) ?? []);
  });
}

/** The key by which the elements of both lists are told apart; undefined where only their places do. */
export function mergeKeyOf(one: readonly Value[], other: readonly Value[]): string | undefined {
  return mergeKeys.find((candidate) => isKey(candidate, one) && isKey(candidate, other));
}

/** Whether every element has the key, each with a value of its own. */
function isKey(key: string, list: readonly Value[]): boolean {
  const values = list.map((element) => (isTree(element) ? own(element, key) : undefined));
  return !values.includes(undefined) && new Set(values).size === values.length;
}
