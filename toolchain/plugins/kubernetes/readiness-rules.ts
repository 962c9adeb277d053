import type { Tree } from "../host";
import type { Cluster } from "./cluster";
import { listAt, nameOf, namespaceOf, textAt } from "./object";
import {
  claimVerdict,
  commonVerdict,
  controllerVerdict,
  ingressVerdict,
  quotaVerdict,
  selectsPods,
  serviceVerdict,
  tokenVerdict,
  type Verdict,
  volumeVerdict,
} from "./readiness";
import type { Kind } from "./token";

/** How to see whether an object is ready that `kubectl` has no wait for. */
export interface ReadinessRule {
  /** How long it may take where neither the program nor an annotation says so: as the official plugin has it. */
  readonly seconds: number;
  /** Whether a refresh looks too: with the official plugin only some kinds can be found no longer ready. @default false */
  readonly onRefresh?: boolean;
  /** Looks at the live object, and at what else its readiness depends on. */
  look(live: Tree, cluster: Cluster, signal: AbortSignal): Promise<Verdict>;
}

const minutes = (count: number): number => count * 60;
const alone = (seconds: number, verdict: (live: Tree) => Verdict): ReadinessRule => ({
  seconds,
  look: async (live) => verdict(live),
});

const service: ReadinessRule = {
  seconds: minutes(10),
  onRefresh: true,
  async look(live, cluster, signal) {
    if (!selectsPods(live)) return serviceVerdict(live, []);
    const query = new URLSearchParams({ labelSelector: `kubernetes.io/service-name=${nameOf(live)}` });
    return serviceVerdict(live, listAt(await cluster.list(endpointSlice, namespaceOf(live), query, signal), "items"));
  },
};

const ingress: ReadinessRule = {
  seconds: minutes(10),
  onRefresh: true,
  async look(live, cluster, signal) {
    const services = await cluster.list(core("Service"), namespaceOf(live), new URLSearchParams(), signal);
    return ingressVerdict(
      live,
      new Set(listAt(services, "items").flatMap((item) => textAt(item, "metadata", "name") ?? [])),
    );
  },
};

const claim: ReadinessRule = {
  seconds: minutes(5),
  async look(live, cluster, signal) {
    const name = textAt(live, "spec", "storageClassName") ?? "";
    const found = name === "" ? undefined : cluster.get({ kind: storageClass, namespace: undefined, name }, signal);
    return claimVerdict(live, await found);
  },
};

const core = (kind: string): Kind => ({ group: "", version: "v1", kind });
const endpointSlice: Kind = { group: "discovery.k8s.io", version: "v1", kind: "EndpointSlice" };
const storageClass: Kind = { group: "storage.k8s.io", version: "v1", kind: "StorageClass" };

const rules: Readonly<Record<string, ReadinessRule>> = {
  "/Service": service,
  "networking.k8s.io/Ingress": ingress,
  "/PersistentVolumeClaim": claim,
  "/PersistentVolume": alone(minutes(5), volumeVerdict),
  "/ReplicationController": alone(minutes(10), controllerVerdict),
  "/ResourceQuota": alone(minutes(1), quotaVerdict),
  "/Secret": alone(5, tokenVerdict),
};

/** Kinds that are ready with their creation, also where all others are waited for. */
const immediate = new Set([
  "/ConfigMap",
  "/LimitRange",
  "/ServiceAccount",
  "autoscaling/HorizontalPodAutoscaler",
  "rbac.authorization.k8s.io/ClusterRole",
  "rbac.authorization.k8s.io/ClusterRoleBinding",
  "rbac.authorization.k8s.io/Role",
  "rbac.authorization.k8s.io/RoleBinding",
  "storage.k8s.io/StorageClass",
]);

/** The rule for a kind; undefined where there is nothing to wait for. */
export function readinessRule({ group, kind }: Kind, env: NodeJS.ProcessEnv = process.env): ReadinessRule | undefined {
  const key = `${group}/${kind}`;
  if (Object.hasOwn(rules, key)) return rules[key];
  const isWanted = env.PULUMI_K8S_AWAIT_ALL === "true" && !immediate.has(key);
  return isWanted ? alone(minutes(10), commonVerdict) : undefined;
}
