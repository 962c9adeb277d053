import { healthyNetwork } from "../checks/healthy";
import type { Lab } from "../format/lab-data";
import { lesson } from "./lesson";

/** A plain cluster on Weave Net: one Ethernet over all nodes. */
export const lab: Lab = {
  id: "weave",
  title: "A three-node cluster on Weave Net, with nothing broken",
  minutes: 2,
  memoryMiB: 1300,
  values: { cni: "weave", nodes: "3" },
  checks: {
    healthy: healthyNetwork,
  },
  lesson,
};
