import { hangsWithoutDaemon } from "../checks/dhcp-hangs";
import { healthyNetwork, podNetwork, staticNetwork } from "../checks/healthy";
import type { Lab } from "../format/lab-data";
import { lesson } from "./lesson";

/** The dhcp plugin asks a daemon on its node, and nobody has started one. */
export const lab: Lab = {
  id: "dhcp-no-daemon",
  title: "A macvlan network by DHCP on nodes without the dhcp daemon",
  bug: "the dhcp plugin needs a daemon on every node, and there is none",
  symptom: "the pod hangs in ContainerCreating: error dialing DHCP daemon",
  minutes: 2,
  memoryMiB: 1100,
  values: { cni: "flannel", nodes: "2", networks: "macvlan-conf,macvlan-conf-2" },
  // Pods that have an address keep it when the daemon goes: the network's pods come after that.
  broken: [
    { dhcpDaemon: "off", networks: "macvlan-conf" },
    { dhcpDaemon: "off", networks: "macvlan-conf,macvlan-conf-2" },
  ],
  fixed: [{ dhcpDaemon: "auto" }],
  checks: {
    healthy: healthyNetwork,
    symptom: [...podNetwork, ...staticNetwork, hangsWithoutDaemon],
  },
  lesson,
};
