import { apiServer } from "../checks/api-server";
import { multicastSameNode, multicastStaysOnNode, udpAcrossNodes } from "../checks/datagrams";
import { dns } from "../checks/dns";
import { flannelReady, podSubnets } from "../checks/flannel";
import { nodesReady } from "../checks/nodes-ready";
import { pingAcrossNodes, pingNobody } from "../checks/ping-across-nodes";
import { serviceIp } from "../checks/service-ip";
import type { Lab } from "../lab";

/** A plain cluster on Flannel: what a healthy pod network looks like, and the ground for the bugs. */
export const lab: Lab = {
  id: "flannel",
  title: "A three-node cluster on Flannel (VXLAN), with nothing broken",
  minutes: 2,
  memoryMiB: 1900,
  values: { cni: "flannel", nodes: "3" },
  checks: {
    healthy: [
      nodesReady,
      flannelReady,
      podSubnets,
      pingAcrossNodes,
      pingNobody,
      serviceIp,
      dns,
      apiServer,
      udpAcrossNodes,
      multicastSameNode,
      multicastStaysOnNode,
    ],
  },
};
