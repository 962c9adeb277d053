import type { Tree, Value } from "../host";
import { annotation, annotations } from "./annotations";
import { at, listAt, nameOf, textAt } from "./object";
import type { Kind } from "./token";

/** One `kubectl` command that ends well when something has come true. */
export interface Wait {
  /** Without the namespace and the timeout. */
  readonly argv: readonly string[];
  /** What it means that it came true. */
  readonly means: "ready" | "failed";
}

/** What to wait for; `any`: the first wait that comes true decides, `all`: every one must. */
export interface WaitPlan {
  readonly mode: "any" | "all";
  readonly waits: readonly Wait[];
}

/** What `kubectl` waits for until an object is ready; undefined where it has no such wait, or the object is ready already. */
export function waitPlan(kind: Kind, live: Tree, argument: string): WaitPlan | undefined {
  const wanted = annotation(live, annotations.waitFor);
  if (wanted !== undefined) {
    return { mode: "all", waits: expressions(wanted).map((expression) => waitFor(argument, expression)) };
  }
  const any = (...waits: Wait[]): WaitPlan => ({ mode: "any", waits });
  const failed = (expression: string): Wait => ({ ...waitFor(argument, expression), means: "failed" });
  switch (`${kind.group}/${kind.kind}`) {
    case "apps/DaemonSet":
    case "apps/StatefulSet":
    case "apps/Deployment":
      if (!isRolledOut(kind, live)) return undefined;
      return any({ argv: ["rollout", "status", `${kind.kind.toLowerCase()}/${nameOf(live)}`], means: "ready" });
    case "batch/Job":
      if (at(live, "spec", "suspend") === true) return undefined;
      return any(waitFor(argument, "condition=Complete"), failed("condition=Failed"));
    case "/Pod":
      return any(
        waitFor(argument, "condition=Ready"),
        waitFor(argument, "jsonpath={.status.phase}=Succeeded"),
        failed("jsonpath={.status.phase}=Failed"),
      );
    case "/Namespace":
      if (textAt(live, "status", "phase") === "Active") return undefined;
      return any(waitFor(argument, "jsonpath={.status.phase}=Active"));
    case "apiextensions.k8s.io/CustomResourceDefinition":
      if (hasCondition(live, "Established")) return undefined;
      return any(waitFor(argument, "condition=Established"), failed("condition=NamesAccepted=false"));
    default:
      return undefined;
  }
}

/** A workload that rolls out by itself: `kubectl rollout status` refuses OnDelete, and a paused one never ends. */
function isRolledOut({ kind }: Kind, live: Tree): boolean {
  if (kind === "Deployment") return at(live, "spec", "paused") !== true;
  return textAt(live, "spec", "updateStrategy", "type") !== "OnDelete";
}

function waitFor(argument: string, expression: string): Wait {
  return { argv: ["wait", argument, `--for=${expression}`], means: "ready" };
}

/** One expression, or a JSON list of them. */
export function expressions(annotated: string): string[] {
  try {
    const list: unknown = JSON.parse(annotated);
    return Array.isArray(list) ? list.map(String) : [annotated];
  } catch {
    return [annotated];
  }
}

/** Whether the object has this condition with status True. */
export function hasCondition(object: Value | undefined, type: string): boolean {
  return listAt(object, "status", "conditions").some(
    (condition) => textAt(condition, "type") === type && textAt(condition, "status") === "True",
  );
}
