import type { Check } from "../check";
import { apiServer } from "./api-server";
import { clusterResidue } from "./cluster-residue";
import { multicastAcrossNodes, multicastSameNode, multicastStaysOnNode, udpAcrossNodes } from "./datagrams";
import { dns } from "./dns";
import { flannelReady, podSubnets } from "./flannel";
import { nodeBare, nodeResidue } from "./node-residue";
import { nodesReady, nodesWithoutNetwork } from "./nodes-ready";
import { pingAcrossNodes, pingNobody } from "./ping-across-nodes";
import { serviceIp } from "./service-ip";
import { weavePods, weaveReady } from "./weave";

/** A claim on the pods' network says nothing where there is none. */
const withNetwork = (checks: readonly Check[]): Check[] =>
  checks.map((check) => ({ when: { cni: ["flannel", "weave"] }, ...check }));

/** What holds of a cluster and its pod network when all is well, whichever CNI it is set to. */
export const healthyNetwork: readonly Check[] = [
  ...withNetwork([nodesReady]),
  flannelReady,
  podSubnets,
  weaveReady,
  weavePods,
  ...withNetwork([pingAcrossNodes, pingNobody, serviceIp, dns, apiServer, udpAcrossNodes, multicastSameNode]),
  multicastStaysOnNode,
  multicastAcrossNodes,
  nodesWithoutNetwork,
  nodeResidue,
  nodeBare,
  ...clusterResidue,
];
