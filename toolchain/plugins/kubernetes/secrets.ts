import { containsSecret, isTree, markLike, Secret, type Tree, type Value } from "../host";
import { treeAt, withMetadata } from "./object";

/** `kubectl apply` keeps a copy of the whole object here, secrets included. */
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * A plain object with secrets wrapped: whatever is secret in the inputs it came from, and a Secret's contents always.
 * The API server turns a Secret's stringData into data, so both are contents.
 */
export function markSecrets(object: Tree, inputs: Tree): Tree {
  const marked = markLike(object, inputs);
  if (!isSecretObject(object)) return containsSecret(inputs) ? withoutCopy(marked) : marked;
  return { ...withoutCopy(marked), ...wrapped(object, "data"), ...wrapped(object, "stringData") };
}

/** Whether the object is a core Secret. */
export function isSecretObject(object: Tree): boolean {
  return object.kind === "Secret" && object.apiVersion === "v1";
}

function wrapped(object: Tree, key: string): Tree {
  const value: Value | undefined = object[key];
  return value === undefined ? {} : { [key]: new Secret(value) };
}

function withoutCopy(object: Tree): Tree {
  if (!isTree(object.metadata)) return object;
  const annotations = treeAt(object, "metadata", "annotations");
  if (!Object.hasOwn(annotations, lastApplied)) return object;
  const { [lastApplied]: _copy, ...others } = annotations;
  return withMetadata(object, { annotations: others });
}
