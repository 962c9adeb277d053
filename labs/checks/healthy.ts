import type { Check } from "../../checks/language/check";
import { apiServer } from "./api-server";
import { clusterByEth0 } from "./cluster-by-eth0";
import { clusterResidue } from "./cluster-residue";
import { confluenceHealthy } from "./confluence";
import { multicastAcrossNodes, multicastSameNode, multicastStaysOnNode, udpAcrossNodes } from "./datagrams";
import { dns } from "./dns";
import { flannelReady, podSubnets } from "./flannel";
import { kubeProxyReady } from "./kube-proxy";
import { largePackets } from "./large-packets";
import { leaseCare, leaseReleased } from "./lease-care";
import { cniDhcpReady, leasedAtServer, leasedNet1, leasedPods } from "./leased";
import { arpNet1, nobodyNet1, pingNet1, staticNet1 } from "./net1";
import { nodeBare, nodeResidue } from "./node-residue";
import { nodesReady, nodesWithoutNetwork } from "./nodes-ready";
import { pingAcrossNodes, pingNobody } from "./ping-across-nodes";
import { multusCopy, multusDelegate, multusReady } from "./second-network";
import { serviceIp } from "./service-ip";
import { serviceSameNode } from "./service-same-node";
import { weavePods, weaveReady } from "./weave";
import { withCni } from "./with-cni";

const withNetwork = (checks: readonly Check[]): Check[] => checks.map((check) => ({ when: withCni, ...check }));

/** Pods with a second interface whose address is static, where the stack has any. */
export const staticNetwork: readonly Check[] = [
  multusReady,
  multusDelegate,
  multusCopy,
  staticNet1,
  pingNet1("static"),
  nobodyNet1("static"),
  arpNet1,
];

/** Pods with a second interface whose address is leased, where the stack has any. */
export const leasedNetwork: readonly Check[] = [
  leasedPods,
  cniDhcpReady,
  leasedNet1,
  leasedAtServer,
  pingNet1("leased"),
  nobodyNet1("leased"),
  leaseCare,
];

/** The pods' own network, in short: what a bug beside it leaves alone. */
export const podNetwork: readonly Check[] = withNetwork([nodesReady, pingAcrossNodes, pingNobody]);

/** What holds of a cluster, its pod network and Confluence when all is well, whichever of them it is set to have. */
export const healthyNetwork: readonly Check[] = [
  ...withNetwork([nodesReady]),
  flannelReady,
  podSubnets,
  weaveReady,
  weavePods,
  ...withNetwork([
    pingAcrossNodes,
    pingNobody,
    largePackets,
    serviceIp,
    serviceSameNode,
    kubeProxyReady,
    dns,
    apiServer,
    udpAcrossNodes,
    multicastSameNode,
  ]),
  multicastStaysOnNode,
  multicastAcrossNodes,
  nodesWithoutNetwork,
  nodeResidue,
  nodeBare,
  ...clusterResidue,
  ...staticNetwork,
  ...leasedNetwork,
  clusterByEth0,
  leaseReleased,
  ...confluenceHealthy,
];

/**
 * The same of a cluster that was adopted: there are neither the lab's own pods with a leased address nor its DHCP server,
 * so that of those networks the daemon alone is asked.
 */
export const healthyOnExisting: readonly Check[] = healthyNetwork.filter(
  (check) => check === cniDhcpReady || !(leasedNetwork.includes(check) || check === leaseReleased),
);

/** What holds of a healthy pod network whoever makes it: nothing that a CNI decides by itself, such as multicast. */
export const healthyOnAnyCni: readonly Check[] = [
  nodesReady,
  pingAcrossNodes,
  serviceIp,
  serviceSameNode,
  dns,
  apiServer,
  udpAcrossNodes,
];
