import { healthyNetwork } from "../checks/healthy";
import type { Lab } from "../format/lab-data";
import { lesson } from "./lesson";

/** A plain cluster on Flannel: what a healthy pod network looks like, and the ground for the bugs. */
export const lab: Lab = {
  id: "flannel",
  title: "A three-node cluster on Flannel (VXLAN), with nothing broken",
  minutes: 2,
  memoryMiB: 1000,
  values: { cni: "flannel", nodes: "3" },
  checks: {
    healthy: healthyNetwork,
  },
  lesson,
};
