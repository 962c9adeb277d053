import { healthyNetwork } from "../checks/healthy";
import type { Lab } from "../format/lab-data";
import { lesson } from "./lesson";

/** Pods with a second interface on the nodes' own LAN: one with a static address, one with an address by DHCP. */
export const lab: Lab = {
  id: "multihomed",
  title: "Pods with a second interface on the LAN, by Multus and macvlan: one address static, one by DHCP",
  minutes: 2,
  memoryMiB: 1300,
  values: { cni: "flannel", nodes: "3", networks: "macvlan-conf,macvlan-conf-2" },
  checks: {
    healthy: healthyNetwork,
  },
  lesson,
};
