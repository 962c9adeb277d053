import { multicastSameNode, udpAcrossNodes } from "../checks/datagrams";
import { healthyNetwork, podNetwork } from "../checks/healthy";
import { leftConflist, multicastStillLost, newPodOldNetwork } from "../checks/leftover";
import { weaveReady } from "../checks/weave";
import type { Lab } from "../format/lab-data";
import { lesson } from "./lesson";

/** The old CNI's objects were deleted, and its conflist was forgotten on the nodes. */
export const lab: Lab = {
  id: "cni-leftover",
  title: "Weave installed over Flannel, without a clean-up of the nodes",
  bug: "Flannel's conflist is left on the nodes and sorts before Weave's",
  symptom: "Weave is ready, new pods still get Flannel's addresses, and multicast is lost between nodes as before",
  minutes: 2,
  memoryMiB: 1150,
  values: { cni: "flannel", nodes: "2" },
  broken: [
    { cni: "flannel", nodeCleanup: "on" },
    { cni: "weave", nodeCleanup: "off" },
  ],
  fixed: [{ nodeCleanup: "on" }],
  checks: {
    healthy: healthyNetwork,
    symptom: [
      ...podNetwork,
      weaveReady,
      leftConflist,
      newPodOldNetwork,
      udpAcrossNodes,
      multicastSameNode,
      multicastStillLost,
    ],
  },
  lesson,
};
