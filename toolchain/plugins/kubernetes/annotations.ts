import type { Tree } from "../host";
import { textAt } from "./object";

/** Annotations of an object that tell the plugin how to treat it; the names are the official plugin's. */
export const annotations = {
  /** Set by the plugin on an object that it named itself. */
  autonamed: "pulumi.com/autonamed",
  /** "true": do not wait until the object is ready, nor, for workloads and namespaces, until it is gone. */
  skipAwait: "pulumi.com/skipAwait",
  /** One `kubectl wait --for` expression, or a JSON list of them, instead of the plugin's own idea of ready. */
  waitFor: "pulumi.com/waitFor",
  /** "true" on a Job: one that did not complete is replaced by the next update. */
  replaceUnready: "pulumi.com/replaceUnready",
  /** How long to wait, in seconds. */
  timeoutSeconds: "pulumi.com/timeoutSeconds",
  /** "true": take fields over from other field managers. */
  patchForce: "pulumi.com/patchForce",
  /** The field manager to apply as. */
  patchFieldManager: "pulumi.com/patchFieldManager",
  /** `foreground`, `background` or `orphan`. */
  deletionPropagation: "pulumi.com/deletionPropagationPolicy",
} as const;

/** The annotation's value, undefined when it is absent or not known yet. */
export function annotation(object: Tree, name: string): string | undefined {
  return textAt(object, "metadata", "annotations", name);
}

/** Whether the annotation is "true". */
export function isAnnotated(object: Tree, name: string): boolean {
  return annotation(object, name)?.toLowerCase() === "true";
}

/** Default of the official plugin: ten minutes. */
const defaultSeconds = 600;

/** How long a wait for this object may take: customTimeouts, then the annotation, then what its kind usually gets. */
export function deadlineSeconds(object: Tree, customTimeout: number | undefined, usual = defaultSeconds): number {
  if (customTimeout !== undefined) return customTimeout;
  const seconds = Number(annotation(object, annotations.timeoutSeconds));
  return Number.isInteger(seconds) && seconds > 0 ? seconds : usual;
}

/** What the API server does with the objects that the deleted one owns. */
export function propagationPolicy(object: Tree): "Foreground" | "Background" | "Orphan" {
  switch (annotation(object, annotations.deletionPropagation)?.toLowerCase()) {
    case "orphan":
      return "Orphan";
    case "background":
      return "Background";
    default:
      return "Foreground";
  }
}
