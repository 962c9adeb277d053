import { healthyNetwork } from "../checks/healthy";
import { nodesReady } from "../checks/nodes-ready";
import { ownPeerNames, peersCollide, podsWaitForAddress, samePeerName, weavePort } from "../checks/peer-names";
import type { Lab } from "../format/lab-data";
import { lesson } from "./lesson";

/** A Weave router is named by its node's machine-id, and clones of one machine have the same. */
export const lab: Lab = {
  id: "cloned-machine-id",
  title: "Nodes that were cloned from one machine, its machine-id included, with Weave",
  bug: "the nodes have one machine-id, from which Weave's routers take their names",
  symptom: "pods hang in ContainerCreating on all nodes; Weave runs, and its routers don't connect",
  minutes: 1,
  memoryMiB: 1000,
  values: { cni: "weave", nodes: "2" },
  // Weave comes to nodes that are clones already: pods that have addresses of an earlier one would keep them.
  broken: [
    { cni: "none", machineId: "shared" },
    { cni: "weave", machineId: "shared" },
  ],
  fixed: [{ machineId: "own" }],
  checks: {
    healthy: [...healthyNetwork, ownPeerNames],
    symptom: [nodesReady, weavePort, samePeerName, peersCollide, podsWaitForAddress],
  },
  lesson,
};
