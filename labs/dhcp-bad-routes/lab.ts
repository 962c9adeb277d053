import { hangsForRoute } from "../checks/dhcp-hangs";
import { healthyNetwork, podNetwork, staticNetwork } from "../checks/healthy";
import { cniDhcpReady } from "../checks/leased";
import type { Lab } from "../format/lab-data";
import { lesson } from "./lesson";

/** A DHCP server upstream hands out a route that no client can set, and the plugin sets all or nothing. */
export const lab: Lab = {
  id: "dhcp-bad-routes",
  title: "A DHCP server that sends a route whose next hop is not on the link",
  bug: "the DHCP server sends a classless route whose next hop is on no network of its clients",
  symptom: "the pod hangs in ContainerCreating: failed to add route, network is unreachable",
  minutes: 2,
  memoryMiB: 1100,
  values: { cni: "flannel", nodes: "2", networks: "macvlan-conf,macvlan-conf-2" },
  // Pods that have their routes keep them: the network's pods come after the server has its fault.
  broken: [
    { dhcpFault: "off-link-route", networks: "macvlan-conf" },
    { dhcpFault: "off-link-route", networks: "macvlan-conf,macvlan-conf-2" },
  ],
  fixed: [{ dhcpFault: "none" }],
  checks: {
    healthy: healthyNetwork,
    symptom: [...podNetwork, ...staticNetwork, cniDhcpReady, hangsForRoute],
  },
  lesson,
};
