import { isList, isTree, own, reveal, Secret, type Tree, Unknown, type Value } from "./value";

/** What became of a property. */
export type Change = "add" | "delete" | "update";

/** How to compare. */
export interface CompareOptions {
  /** A value that becomes secret, or ceases to be, has changed. @default false */
  readonly secrecy?: boolean;
}

/** The paths at which two trees differ, as the engine writes paths, in the order of the new tree. An unknown equals nothing. */
export function compare(
  before: Tree,
  after: Tree,
  { secrecy = false }: CompareOptions = {},
): ReadonlyMap<string, Change> {
  const found = new Map<string, Change>();
  if (secrecy) compareTrees(before, after, "", found);
  else compareTrees(reveal(before), reveal(after), "", found);
  return found;
}

/** Whether two values are the same when secrets are revealed. An unknown equals nothing, not even itself. */
export function same(before: Value | undefined, after: Value | undefined): boolean {
  return compare({ value: before }, { value: after }).size === 0;
}

function compareTrees(before: Tree, after: Tree, path: string, found: Map<string, Change>): void {
  for (const key of new Set([...Object.keys(after), ...Object.keys(before)])) {
    compareValues(own(before, key), own(after, key), join(path, key), found);
  }
}

function compareValues(
  before: Value | undefined,
  after: Value | undefined,
  path: string,
  found: Map<string, Change>,
): void {
  if (before === undefined && after === undefined) return;
  if (before === undefined) found.set(path, "add");
  else if (after === undefined) found.set(path, "delete");
  else if (isTree(before) && isTree(after)) compareTrees(before, after, path, found);
  else if (isList(before) && isList(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      compareValues(before[index], after[index], `${path}[${index}]`, found);
    }
  } else if (before instanceof Secret && after instanceof Secret) {
    // What is secret as a whole is none the more secret for a secret in it, which the official plugin records.
    compareValues(reveal(before.value), reveal(after.value), path, found);
  } else if (before !== after || after instanceof Unknown) found.set(path, "update");
}

function join(path: string, key: string): string {
  if (!/^[^.[\]"]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}
