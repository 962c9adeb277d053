import type { Check } from "../../checks/language/check";
import { cniNames, cnis } from "../../components/cni/registry";

/** The CNIs of which more than a DaemonSet is in the cluster, and that. */
const remaining = cnis.flatMap(({ id, clusterObject }) => (clusterObject === undefined ? [] : [{ id, clusterObject }]));

/** Neither the objects of a CNI that is not this one, nor a node that a swap has left cordoned. */
export const clusterResidue: readonly Check[] = remaining.map(({ id: cni, clusterObject }) => ({
  id: `no-${cni}-objects`,
  title: `The cluster holds no object of ${cni}, and no node is cordoned`,
  subjects: "once",
  when: { cni: cniNames.filter((other) => other !== cni) },
  steps: [
    { id: "objects", at: "kubectl", run: ["get", ...clusterObject, "--ignore-not-found", "-o", "name"] },
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
