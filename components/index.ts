export { quote } from "../lib/shell";
export type { Inputs } from "./args/inputs";
export { Cluster, type ClusterNode } from "./cluster/cluster";
export type { ClusterArgs } from "./cluster/cluster-args";
export type { ClusterLan } from "./cluster/cluster-lans";
export { docker } from "./cluster/engine/docker";
export type { ContainerEngine } from "./cluster/engine/engine";
export { podman } from "./cluster/engine/podman";
export { Forwarding, type ForwardingArgs } from "./cluster/forwarding";
export type { NodeAccess, ReachableNode } from "./cluster/node-access";
export { NodeAccount, type NodeAccountArgs } from "./cluster/node-account";
export { NodeIds, type NodeIdsArgs } from "./cluster/node-ids";
export type { ForwardPolicy, OverlayRules } from "./cluster/node-state/forwarding";
export type { MachineIds } from "./cluster/node-state/machine-id";
export type { NodeNetwork } from "./cluster/node-state/vagrant";
export type { ShellAccount } from "./cluster/shell/account";
export { ContainerShell } from "./cluster/shell/container-shell";
export {
  type NodeCommand,
  type NodeCommandArgs,
  type NodeShell,
  type Script,
  scriptArgv,
} from "./cluster/shell/node-shell";
export { PodShell, type PodShellArgs } from "./cluster/shell/pod-shell";
export { type SshConnection, type SshHost, SshShell } from "./cluster/shell/ssh-shell";
export { Arrival, type ArrivalArgs } from "./cni/arrival";
export { Cni, type CniArgs, type CniChoice, type CniSwapArgs } from "./cni/cni";
export type { FlannelAnnotation } from "./cni/flannel/address";
export { FlannelAddresses, type FlannelAddressesArgs } from "./cni/flannel/addresses";
export { Flannel, type FlannelArgs } from "./cni/flannel/flannel";
export type { FlannelBackend, FlannelInterface } from "./cni/flannel/flanneld";
export { flannelResidue } from "./cni/flannel/residue";
export { Etcd, type EtcdArgs } from "./cni/flannel-etcd/etcd";
export { FlannelEtcd, type FlannelEtcdArgs } from "./cni/flannel-etcd/flannel-etcd";
export { flannelEtcdResidue } from "./cni/flannel-etcd/residue";
export { Handover, type HandoverArgs } from "./cni/handover";
export { NodeCleanup, type NodeCleanupArgs } from "./cni/node-cleanup";
export type { Residue } from "./cni/swap/residue";
export { weaveResidue } from "./cni/weave/residue";
export type { WeaveReadiness, WeaveSleeve } from "./cni/weave/router";
export { Weave, type WeaveArgs } from "./cni/weave/weave";
export { Confluence } from "./confluence/confluence";
export type { ConfluenceArgs, ConfluenceNetwork } from "./confluence/confluence-args";
export type { Database, PodForm } from "./confluence/confluence-pods";
export type { Heap } from "./confluence/environment";
export type { ConfluenceIngress } from "./confluence/ingress";
export type { Join, KubernetesJoin, MulticastJoin, TcpIpJoin } from "./confluence/join";
export type { PodPlacement } from "./confluence/placement";
export { Postgres, type PostgresArgs } from "./confluence/postgres";
export type { AttachableNetwork } from "./networks/attachable-network";
export type { ChainedPlugin, MacvlanCapabilities, SbrPlugin, TuningPlugin, VrfPlugin } from "./networks/chain";
export { CniDhcp, type CniDhcpArgs } from "./networks/cni-dhcp";
export type { DhcpPlugin, DhcpTries } from "./networks/dhcp-daemon";
export { DhcpServer, type DhcpServerArgs } from "./networks/dhcp-server";
export type { DhcpFault, DhcpRoute, DhcpService } from "./networks/dnsmasq";
export { ExistingNetwork, type ExistingNetworkArgs } from "./networks/existing-network";
export { MacvlanNetwork, type MacvlanNetworkArgs } from "./networks/macvlan-network";
export { type LeasedPods, Multihomed, type MultihomedArgs, type StaticPod } from "./networks/multihomed";
export { Multus, type MultusArgs } from "./networks/multus";
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
} from "./networks/nad";
export type { ClusterNetworks } from "./networks/taken-by-routes";
export { Probe, type ProbeArgs } from "./probe/probe";
