export { Cluster, type ClusterArgs, type ClusterNode } from "./cluster/cluster";
export { ContainerShell, type NodeCommandArgs, type NodeShell, type Script, SshShell } from "./cluster/node-shell";
export { Cni, type CniChoice } from "./cni/cni";
export { Flannel, type FlannelArgs } from "./cni/flannel";
export { Weave, type WeaveArgs } from "./cni/weave";
export type { FlannelBackend, FlannelInterface } from "./lib/flannel-config";
export type { WeaveSleeve } from "./lib/weave-config";
export { Probe, type ProbeArgs } from "./probe/probe";
