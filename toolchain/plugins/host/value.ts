/** Anything that the engine and a provider tell each other. */
export type Value = null | boolean | number | string | Secret | Unknown | readonly Value[] | Tree;

/** An object of values; an absent key is `undefined` and never sent. */
export interface Tree {
  readonly [key: string]: Value | undefined;
}

/** A value that the engine encrypts in its state and hides in its output. */
export class Secret {
  constructor(readonly value: Value) {}
}

/** A value that is not known before the deployment really runs. */
export class Unknown {
  /** Keeps a structural type check from taking `{}` for an unknown. */
  readonly unknown = true;
}

/** The one unknown there is. */
export const UNKNOWN = new Unknown();

/** Whether the value is an object with keys of its own: not null, a list, a secret or an unknown. */
export function isTree(value: Value | undefined): value is Tree {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Secret) &&
    !(value instanceof Unknown)
  );
}

/** Whether the value is a list. (`Array.isArray` does not narrow a read-only list.) */
export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** The value without any secret wrapper, at any depth. Unknowns stay. */
export function reveal(value: Tree): Tree;
export function reveal(value: Value | undefined): Value | undefined;
export function reveal(value: Value | undefined): Value | undefined {
  if (value instanceof Secret) return reveal(value.value);
  if (isList(value)) return value.map((item) => reveal(item) ?? null);
  if (isTree(value)) return mapTree(value, (item) => reveal(item));
  return value;
}

/** Whether an unknown stands anywhere in the value. */
export function containsUnknown(value: Value | undefined): boolean {
  return some(value, (part) => part instanceof Unknown);
}

/** Whether a secret stands anywhere in the value. */
export function containsSecret(value: Value | undefined): boolean {
  return some(value, (part) => part instanceof Secret);
}

/**
 * The outputs with every path secret that is secret in the template, so that what came in encrypted goes out encrypted.
 * A list that changed its length is secret as a whole when anything in its template was: its places no longer correspond.
 */
export function markLike(outputs: Tree, template: Tree): Tree;
export function markLike(outputs: Value | undefined, template: Value | undefined): Value | undefined;
export function markLike(outputs: Value | undefined, template: Value | undefined): Value | undefined {
  if (outputs === undefined || outputs instanceof Secret) return outputs;
  if (template instanceof Secret) return new Secret(outputs);
  if (isTree(outputs) && isTree(template)) return mapTree(outputs, (item, key) => markLike(item, own(template, key)));
  if (isList(outputs) && isList(template) && outputs.length === template.length) {
    return outputs.map((item, index) => markLike(item, template[index]) ?? null);
  }
  return containsSecret(template) ? new Secret(outputs) : outputs;
}

/** A tree with each value replaced; keys such as `__proto__` stay plain keys. */
export function mapTree(tree: Tree, change: (value: Value | undefined, key: string) => Value | undefined): Tree {
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, change(value, key)]));
}

/** The tree's own value under the key; never what `Object.prototype` holds there. */
export function own(tree: Tree, key: string): Value | undefined {
  return Object.hasOwn(tree, key) ? tree[key] : undefined;
}

function some(value: Value | undefined, test: (part: Value) => boolean): boolean {
  if (value === undefined) return false;
  if (test(value)) return true;
  if (value instanceof Secret) return some(value.value, test);
  if (isList(value)) return value.some((item) => some(item, test));
  return isTree(value) && Object.values(value).some((item) => some(item, test));
}
