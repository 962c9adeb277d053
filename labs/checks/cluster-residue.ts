import type { Check } from "../check";

/** What a CNI leaves in the cluster when only its DaemonSet goes, as `kubectl get` takes it. */
const objects = {
  flannel: ["namespace", "kube-flannel"],
  weave: ["--namespace", "kube-system", "configmap", "weave-net"],
} as const;

const others = { flannel: ["weave", "flannel-etcd", "none"], weave: ["flannel", "flannel-etcd", "none"] } as const;

/** Neither the objects of a CNI that is not this one, nor a node that a swap has left cordoned. */
export const clusterResidue: readonly Check[] = (["flannel", "weave"] as const).map((cni) => ({
  id: `no-${cni}-objects`,
  title: `The cluster holds no object of ${cni}, and no node is cordoned`,
  subjects: "once",
  when: { cni: others[cni] },
  steps: [
    { id: "objects", at: "kubectl", run: ["get", ...objects[cni], "--ignore-not-found", "-o", "name"] },
    { id: "nodes", at: "kubectl", run: ["get", "nodes", "--field-selector", "spec.unschedulable=true", "-o", "name"] },
  ],
  read: { left: { from: "objects", pattern: /\S+/ }, cordoned: { from: "nodes", pattern: /\S+/ } },
  expect: [
    { value: "left", absent: true },
    { value: "cordoned", absent: true },
  ],
  timing: { bySeconds: 20, everySeconds: 2 },
  says: {
    holds: `nothing of ${cni} is in the cluster, and no node is cordoned`,
    fails: "left in the cluster: {value.left}; cordoned: {value.cordoned}",
  },
  evidence: [
    { id: "all", at: "kubectl", run: ["get", "nodes,daemonsets,configmaps", "--all-namespaces", "-o", "wide"] },
  ],
}));
