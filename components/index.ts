export { Cluster, type ClusterArgs, type ClusterNode } from "./cluster/cluster";
export type { ClusterLan } from "./cluster/cluster-lans";
export { Forwarding, type ForwardingArgs } from "./cluster/forwarding";
export { NodeIds, type NodeIdsArgs } from "./cluster/node-ids";
export {
  ContainerShell,
  type NodeCommandArgs,
  type NodeShell,
  type Script,
  type SshConnection,
  SshShell,
} from "./cluster/node-shell";
export { Arrival, type ArrivalArgs } from "./cni/arrival";
export { Cni, type CniArgs, type CniChoice } from "./cni/cni";
export { Etcd, type EtcdArgs } from "./cni/etcd";
export { Flannel, type FlannelArgs } from "./cni/flannel";
export { FlannelAddresses, type FlannelAddressesArgs } from "./cni/flannel-addresses";
export { FlannelEtcd, type FlannelEtcdArgs } from "./cni/flannel-etcd";
export { Handover, type HandoverArgs } from "./cni/handover";
export type { NodeAccess, ReachableNode } from "./cni/node-access";
export { NodeCleanup, type NodeCleanupArgs } from "./cni/node-cleanup";
export { Weave, type WeaveArgs } from "./cni/weave";
export { Confluence, type ConfluenceArgs, type ConfluenceNetwork } from "./confluence/confluence";
export type { Database, PodForm } from "./confluence/confluence-pods";
export { Postgres, type PostgresArgs } from "./confluence/postgres";
export type { Join, KubernetesJoin, MulticastJoin, TcpIpJoin } from "./lib/confluence/join";
export type { Heap } from "./lib/confluence/problems";
export type { FlannelBackend, FlannelInterface } from "./lib/flannel-config";
export type { ChainedPlugin, MacvlanCapabilities, SbrPlugin, TuningPlugin, VrfPlugin } from "./lib/networks/chain";
export type { DhcpTries } from "./lib/networks/dhcp-daemon";
export type { DhcpFault, DhcpRoute, DhcpService } from "./lib/networks/dnsmasq";
export type {
  DhcpIpam,
  DhcpProvided,
  HostLocalIpam,
  Ipam,
  MacvlanMode,
  MacvlanSpec,
  NetworkDns,
  NetworkRoute,
  StaticIpam,
} from "./lib/networks/nad";
export type { ClusterNetworks } from "./lib/networks/taken-by-routes";
export type { FlannelAnnotation } from "./lib/node-state/flannel-address";
export type { ForwardPolicy, OverlayRules } from "./lib/node-state/forwarding";
export type { MachineIds } from "./lib/node-state/machine-id";
export type { NodeNetwork } from "./lib/node-state/vagrant";
export { flannelEtcdResidue, flannelResidue, type Residue, weaveResidue } from "./lib/swap/residue";
export type { WeaveReadiness, WeaveSleeve } from "./lib/weave-config";
export { CniDhcp, type CniDhcpArgs } from "./networks/cni-dhcp";
export { DhcpServer, type DhcpServerArgs } from "./networks/dhcp-server";
export { MacvlanNetwork, type MacvlanNetworkArgs } from "./networks/macvlan-network";
export { type LeasedPods, Multihomed, type MultihomedArgs, type StaticPod } from "./networks/multihomed";
export { Multus, type MultusArgs } from "./networks/multus";
export { Probe, type ProbeArgs } from "./probe/probe";
