import { isTree, reveal, type Tree, UNKNOWN } from "../host";
import { annotation, annotations } from "./annotations";
import { fieldManagerOf } from "./naming";
import { textAt, toSdkKeys, toServerKeys, treeAt, withMetadata } from "./object";
import { markSecrets } from "./secrets";

/** What the state of a resource holds beside the live object; the keys are the official plugin's. */
const keys = { inputs: "__inputs", initialApiVersion: "__initialApiVersion", fieldManager: "__fieldManager" } as const;

/** The object that inputs declare: without secret wrappers, with the API server's spelling. */
export function declared(inputs: Tree): Tree {
  return toServerKeys(reveal(inputs));
}

/** A resource's outputs: the live object, with what was declared and by whom. */
export function outputsOf(live: Tree, inputs: Tree, state: Tree, fieldManager: string): Tree {
  const object = markSecrets(toSdkKeys(withMetadata(live, { managedFields: undefined })), inputs);
  return {
    ...object,
    [keys.inputs]: inputs,
    [keys.initialApiVersion]: textAt(state, keys.initialApiVersion) ?? textAt(inputs, "apiVersion"),
    [keys.fieldManager]: fieldManager,
  };
}

/**
 * The outputs of a create that was only tried: what the API server would fill in, with unknowns where it chooses
 * something else each time, so that nothing in a preview builds on it.
 */
export function previewOf(tried: Tree, inputs: Tree, fieldManager: string): Tree {
  const passing = withMetadata(tried, {
    uid: UNKNOWN,
    resourceVersion: UNKNOWN,
    creationTimestamp: UNKNOWN,
    generation: undefined,
  });
  const outputs = outputsOf(passing, inputs, {}, fieldManager);
  return {
    ...outputs,
    ...(tried.status === undefined ? {} : { status: UNKNOWN }),
    ...(isTree(outputs.spec) ? { spec: { ...outputs.spec, ...unchosen(tried, treeAt(inputs, "spec")) } } : {}),
  };
}

/** Fields of a Service's spec that the API server allocates anew. */
const allocated = ["clusterIP", "clusterIPs", "healthCheckNodePort"];

function unchosen(tried: Tree, spec: Tree): Tree {
  const fields = allocated.filter((key) => Object.hasOwn(treeAt(tried, "spec"), key) && !Object.hasOwn(spec, key));
  return Object.fromEntries(fields.map((key) => [key, UNKNOWN]));
}

/** The inputs that the state was made from; a state of another origin has none. */
export function inputsOf(state: Tree): Tree {
  return treeAt(state, keys.inputs);
}

/** Who owns the resource's fields: the annotation's choice, else whoever did before, else this resource's own name. */
export function managerOf(object: Tree, state: Tree, urn: string): string {
  return annotation(object, annotations.patchFieldManager) ?? textAt(state, keys.fieldManager) ?? fieldManagerOf(urn);
}
