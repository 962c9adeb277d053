import { flannelReady, podSubnets } from "../checks/flannel";
import { forwardDrops, forwardRuleCounts } from "../checks/forwarding";
import { healthyNetwork } from "../checks/healthy";
import { nodesReady } from "../checks/nodes-ready";
import { pingSameNode } from "../checks/ping-same-node";
import type { Lab } from "../format/lab-data";
import { lesson } from "./lesson";

/** The nodes forward only what a rule accepts, as with Docker on them, and no rule speaks of the overlay. */
export const lab: Lab = {
  id: "forward-dropped",
  title: "Nodes whose FORWARD chain drops what no rule accepts",
  bug: "the policy of FORWARD is DROP on the nodes, and no rule accepts what flannel.1 brings",
  symptom: "pods reach each other on one node, and nothing between nodes; all nodes are Ready",
  minutes: 1,
  memoryMiB: 900,
  values: { cni: "flannel", nodes: "2" },
  broken: [{ forwardPolicy: "drop", forwardRules: "none" }],
  fixed: [{ forwardRules: "by-hand" }],
  checks: {
    healthy: [...healthyNetwork, forwardRuleCounts],
    symptom: [nodesReady, flannelReady, podSubnets, pingSameNode, forwardDrops],
  },
  lesson,
};
