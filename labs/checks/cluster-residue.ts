import type { Check } from "../check";

/** What a CNI makes in the cluster by itself, so that nobody but a clean-up takes it away. */
const objects = {
  flannel: { namespaces: /^namespace\/kube-flannel$/m, what: "the namespace kube-flannel" },
  weave: { namespaces: /^configmap\/weave-net$/m, what: "the ConfigMap weave-net" },
} as const;

const others = { flannel: ["weave", "none"], weave: ["flannel", "none"] } as const;

/** Neither the objects of a CNI that is not this one, nor a node that a swap has left cordoned. */
export const clusterResidue: readonly Check[] = (["flannel", "weave"] as const).map((cni) => ({
  id: `no-${cni}-objects`,
  title: `The cluster holds no object of ${cni}, and no node is cordoned`,
  subjects: "once",
  when: { cni: others[cni] },
  steps: [
    { id: "namespaces", at: "kubectl", run: ["get", "namespaces", "-o", "name"] },
    { id: "configmaps", at: "kubectl", run: ["-n", "kube-system", "get", "configmaps", "-o", "name"] },
    {
      id: "cordoned",
      at: "kubectl",
      run: ["get", "nodes", "--field-selector", "spec.unschedulable=true", "-o", "name"],
    },
  ],
  read: {
    left: { from: cni === "flannel" ? "namespaces" : "configmaps", pattern: objects[cni].namespaces },
    cordoned: { from: "cordoned", pattern: /\S+/ },
  },
  expect: [
    { value: "left", absent: true },
    { value: "cordoned", absent: true },
  ],
  timing: { bySeconds: 20, everySeconds: 2 },
  says: {
    holds: `nothing of ${cni} is in the cluster, and no node is cordoned`,
    fails: `left in the cluster: ${objects[cni].what} ({value.left}); cordoned: {value.cordoned}`,
  },
  evidence: [
    { id: "nodes", at: "kubectl", run: ["get", "nodes", "-o", "wide"] },
    { id: "objects", at: "kubectl", run: ["-n", "kube-system", "get", "configmaps,daemonsets", "-o", "wide"] },
  ],
}));
