import { healthyNetwork, podNetwork } from "../checks/healthy";
import { leaseStays } from "../checks/lease-care";
import { cniDhcpReady, leasedAtServer, leasedNet1, leasedPods } from "../checks/leased";
import type { Lab } from "../format/lab-data";
import { lesson } from "./lesson";

/** The plugin's RELEASE never leaves the node, so each pod that was takes an address with it. */
export const lab: Lab = {
  id: "dhcp-lease-leak",
  title: "Pods come and go on a DHCP network with few addresses",
  bug: "the dhcp daemon sends its RELEASE from 0.0.0.0, and the kernel drops it",
  symptom: "addresses of pods that are gone stay taken, until the pool is empty",
  minutes: 2,
  memoryMiB: 1150,
  values: { cni: "flannel", nodes: "2", networks: "macvlan-conf-2", dhcpRange: "192.168.0.100-192.168.0.105" },
  broken: [{ dhcpRelease: "off" }],
  fixed: [{ dhcpRelease: "on" }],
  checks: {
    healthy: healthyNetwork,
    symptom: [...podNetwork, leasedPods, cniDhcpReady, leasedNet1, leasedAtServer, leaseStays],
  },
  lesson,
};
