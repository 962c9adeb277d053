import { apiServer } from "../checks/api-server";
import { multicastAcrossNodes, multicastSameNode, udpAcrossNodes } from "../checks/datagrams";
import { dns } from "../checks/dns";
import { nodesReady } from "../checks/nodes-ready";
import { pingAcrossNodes, pingNobody } from "../checks/ping-across-nodes";
import { serviceIp } from "../checks/service-ip";
import { weavePods, weaveReady } from "../checks/weave";
import type { Lab } from "../lab";

/** A plain cluster on Weave Net: one Ethernet over all nodes. */
export const lab: Lab = {
  id: "weave",
  title: "A three-node cluster on Weave Net, with nothing broken",
  minutes: 2,
  memoryMiB: 1945,
  values: { cni: "weave", nodes: "3" },
  checks: {
    healthy: [
      nodesReady,
      weaveReady,
      weavePods,
      pingAcrossNodes,
      pingNobody,
      serviceIp,
      dns,
      apiServer,
      udpAcrossNodes,
      multicastSameNode,
      multicastAcrossNodes,
    ],
  },
};
