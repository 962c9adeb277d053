import { isTree, same, type Tree, type Value } from "../host";
import { at, listAt, numberAt, textAt, treeAt } from "./object";
import { hasCondition } from "./wait-plan";

/** What a look at an object found. */
export interface Verdict {
  /** What the object still lacks, for a person to act on; undefined when it lacks nothing. */
  readonly lacks?: string;
  /** How long it must stay like this before it counts, in seconds: what is made beside it may still come. @default 0 */
  readonly settleSeconds?: number;
  /** What tells one look from another while it settles. @default "" */
  readonly seen?: string;
  /** What is told while it settles. */
  readonly meanwhile?: string;
  /** What is odd about it, though it is ready. */
  readonly warning?: string;
}

/** As the official plugin has it: nobody behind a Service for ten seconds is how it shall be. */
const emptySeconds = 10;
/** The pods of one workload become ready one after the other. */
const stragglerSeconds = 3;

const wayOut = 'or do not wait for it (annotation pulumi.com/skipAwait: "true")';

/** A Service with the EndpointSlices that belong to it. */
export function serviceVerdict(live: Tree, slices: readonly Value[]): Verdict {
  if (textAt(live, "spec", "type") === "LoadBalancer" && !hasAddress(live)) {
    const mend = "use type NodePort where the cluster has no load balancers";
    return { lacks: `waiting for an address in status.loadBalancer.ingress; ${mend}, ${wayOut}` };
  }
  if (!selectsPods(live)) return {};
  const endpoints = slices
    .flatMap((slice) => listAt(slice, "endpoints"))
    .filter((endpoint) => at(endpoint, "conditions", "terminating") !== true);
  const unready = endpoints.filter((endpoint) => at(endpoint, "conditions", "ready") === false);
  if (unready.length > 0) {
    const names = unready.map((endpoint) => textAt(endpoint, "targetRef", "name") ?? listAt(endpoint, "addresses")[0]);
    return { lacks: `waiting for the pods behind it: ${[...new Set(names)].sort().join(", ")} not ready` };
  }
  const seen = JSON.stringify(endpoints.map((endpoint) => listAt(endpoint, "addresses")).sort());
  const settleSeconds = endpoints.length > 0 ? stragglerSeconds : emptySeconds;
  const count =
    endpoints.length > 0 ? `pods behind it that are ready: ${endpoints.length}` : "no pod stands behind it yet";
  return { seen, settleSeconds, meanwhile: `${count}; settled after ${settleSeconds} s without a change` };
}

/** Whether pods stand behind the Service by its selector, and the cluster gives it an address of its own. */
export function selectsPods(service: Tree): boolean {
  if (textAt(service, "spec", "type") === "ExternalName" || textAt(service, "spec", "clusterIP") === "None") {
    return false;
  }
  return Object.keys(treeAt(service, "spec", "selector")).length > 0;
}

/** An Ingress with the names of the Services in its namespace. */
export function ingressVerdict(live: Tree, services: ReadonlySet<string>): Verdict {
  if (!hasAddress(live)) {
    return {
      lacks: `waiting for an address in status.loadBalancer.ingress; an ingress controller of its class writes it: install one, ${wayOut}`,
    };
  }
  const missing = backends(live).filter((name) => !services.has(name));
  if (missing.length === 0) return {};
  const names = missing.join(", ");
  const warning = `its rules name Services that are not there: ${names}`;
  return { seen: names, settleSeconds: emptySeconds, meanwhile: warning, warning };
}

function backends(ingress: Tree): readonly string[] {
  const names = listAt(ingress, "spec", "rules")
    .flatMap((rule) => listAt(rule, "http", "paths"))
    .flatMap((path) => textAt(path, "backend", "service", "name") ?? []);
  return [...new Set(names)];
}

function hasAddress(live: Tree): boolean {
  return listAt(live, "status", "loadBalancer", "ingress").length > 0;
}

/** A PersistentVolumeClaim with its storage class, undefined where there is none. One that waits for a pod is ready. */
export function claimVerdict(live: Tree, storageClass: Tree | undefined): Verdict {
  const phase = textAt(live, "status", "phase") ?? "Pending";
  if (phase === "Bound") return {};
  if (phase === "Pending" && storageClass?.volumeBindingMode === "WaitForFirstConsumer") return {};
  const name = textAt(live, "spec", "storageClassName") ?? "";
  if (name === "") return { lacks: `is ${phase}: it names no storage class, and no PersistentVolume fits it` };
  if (storageClass === undefined) return { lacks: `is ${phase}: there is no storage class ${JSON.stringify(name)}` };
  return { lacks: `is ${phase}: storage class ${JSON.stringify(name)} has no volume for it yet` };
}

/** A PersistentVolume. */
export function volumeVerdict(live: Tree): Verdict {
  const phase = textAt(live, "status", "phase") ?? "Pending";
  return phase === "Available" || phase === "Bound" ? {} : { lacks: `is ${phase}: neither Available nor Bound` };
}

/** A ReplicationController. */
export function controllerVerdict(live: Tree): Verdict {
  const [wanted, available] = [numberAt(live, "spec", "replicas"), numberAt(live, "status", "availableReplicas")];
  return available === wanted ? {} : { lacks: `${available} of ${wanted} replicas are available` };
}

/** A ResourceQuota: in force when its status repeats it. */
export function quotaVerdict(live: Tree): Verdict {
  const inForce = same(at(live, "spec", "hard") ?? {}, at(live, "status", "hard") ?? {});
  return inForce ? {} : { lacks: "not in force yet: status.hard is not spec.hard" };
}

/** A Secret that a controller fills: the token of a service account. */
export function tokenVerdict(live: Tree): Verdict {
  if (textAt(live, "type") !== "kubernetes.io/service-account-token") return {};
  const account = textAt(live, "metadata", "annotations", "kubernetes.io/service-account.name");
  const isFilled = Object.keys(treeAt(live, "data")).length > 0;
  return isFilled ? {} : { lacks: `waiting for the token of service account ${JSON.stringify(account ?? "")}` };
}

/** An object of any other kind, by what custom resources have agreed on: observedGeneration and the condition Ready. */
export function commonVerdict(live: Tree): Verdict {
  const observed = at(live, "status", "observedGeneration");
  if (typeof observed === "number" && observed !== numberAt(live, "metadata", "generation")) {
    return { lacks: "its controller has not seen the change yet" };
  }
  if (hasCondition(live, "Reconciling")) return { lacks: "condition Reconciling is True" };
  const ready = listAt(live, "status", "conditions").find((condition) => textAt(condition, "type") === "Ready");
  if (!isTree(ready) || ready.status === "True") return {};
  return { lacks: `condition Ready is ${textAt(ready, "status")}: ${textAt(ready, "message") ?? "no message"}` };
}
