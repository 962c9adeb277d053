import { flannelReady, podSubnets } from "../checks/flannel";
import { healthyNetwork, podNetwork } from "../checks/healthy";
import { nodesReady } from "../checks/nodes-ready";
import { pingSameNode } from "../checks/ping-same-node";
import { announcedAddress, overlayAstray, pingOnLan, samePublicIp } from "../checks/public-ip";
import type { Lab } from "../format/lab-data";
import { lesson } from "./lesson";

/** A way of choosing the interface, and whether it is a cure. */
const way = (flannelIface: string, flannel: "healthy" | "symptom") => ({
  name: flannelIface,
  values: { nodeNetwork: "vagrant", flannelIface },
  expect: { flannel },
});

/** Flannel takes the interface with the default route, and on a Vagrant box that is the NAT. */
export const lab: Lab = {
  id: "flannel-wrong-interface",
  title: "Flannel on nodes whose default route leads to a NAT of their own, as on Vagrant",
  bug: "Flannel announces the address of the interface with the default route: 10.0.2.15 on every node",
  symptom: "pods reach each other on one node, and nothing between nodes: Time to live exceeded",
  minutes: 1,
  memoryMiB: 950,
  values: { cni: "flannel", nodes: "2", nodeNetwork: "vagrant" },
  broken: [{ nodeNetwork: "vagrant", flannelIface: "default-route" }],
  fixed: [{ flannelIface: "eth1" }],
  checks: {
    healthy: [...healthyNetwork, announcedAddress, pingOnLan],
    symptom: [nodesReady, flannelReady, podSubnets, pingSameNode, pingOnLan, samePublicIp, overlayAstray],
  },
  lesson,
  matrix: {
    rowsAre: "flannelIface",
    cnis: ["flannel"],
    rows: [
      way("default-route", "symptom"),
      way("eth1", "healthy"),
      way("regex:^eth[1-9]", "healthy"),
      way("can-reach", "healthy"),
      way("annotation:node-public-ip", "healthy"),
      way("annotation:public-ip-overwrite", "symptom"),
    ],
    checks: {
      healthy: [...podNetwork, announcedAddress],
      symptom: [nodesReady, pingSameNode, pingOnLan, overlayAstray],
    },
    evidence: { healthy: "announced-address", symptom: "overlay-astray" },
  },
};
