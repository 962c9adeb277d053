import { healthyNetwork } from "../checks/healthy";
import { nodeResidue } from "../checks/node-residue";
import { nodesReady } from "../checks/nodes-ready";
import { newPodWorks, pingBetweenStale, podWithoutNetwork } from "../checks/stale";
import { weaveReady } from "../checks/weave";
import type { Lab } from "../format/lab-data";
import { lesson } from "./lesson";

/** The swap went well on the nodes, and the pods of before were forgotten. */
export const lab: Lab = {
  id: "stale-pods",
  title: "Weave in Flannel's place, the nodes cleaned, and the pods not recreated",
  bug: "a running pod keeps the network that it was made with, and that is gone",
  symptom: "pods run, show addresses of Flannel and reach nobody: no DNS, no Service; new pods are well",
  minutes: 2,
  memoryMiB: 1150,
  values: { cni: "flannel", nodes: "2" },
  broken: [
    { cni: "flannel", recreatePods: "on" },
    { cni: "weave", recreatePods: "off" },
  ],
  fixed: [{ recreatePods: "on" }],
  checks: {
    healthy: healthyNetwork,
    symptom: [nodesReady, weaveReady, nodeResidue, podWithoutNetwork, pingBetweenStale, newPodWorks],
  },
  lesson,
};
