import { healthyNetwork, podNetwork } from "../checks/healthy";
import { sharedNet1 } from "../checks/net1";
import { multusCopy, multusDelegate, multusReady } from "../checks/second-network";
import type { Lab } from "../format/lab-data";
import { lesson } from "./lesson";

/** host-local keeps its books on each node for itself; on one LAN all nodes give out the same first address. */
export const lab: Lab = {
  id: "macvlan-duplicate-ip",
  title: "A macvlan network over several nodes whose addresses host-local gives out",
  bug: "host-local knows only its own node, so each node gives its first pod the same address",
  symptom: "pods of two nodes have one address on net1, and both answer for it",
  minutes: 2,
  memoryMiB: 1050,
  values: { cni: "flannel", nodes: "2", networks: "macvlan-conf" },
  // host-local goes on behind the address that it gave out last: every node is to begin anew.
  broken: [
    { macvlanAddresses: "unnamed", networks: "" },
    { macvlanAddresses: "unnamed", networks: "macvlan-conf" },
  ],
  fixed: [{ macvlanAddresses: "named" }],
  checks: {
    healthy: healthyNetwork,
    symptom: [...podNetwork, multusReady, multusDelegate, multusCopy, sharedNet1],
  },
  lesson,
};
