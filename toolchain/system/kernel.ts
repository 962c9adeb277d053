import { existsSync, readFileSync } from "node:fs";
import { succeeds } from "../run";

/** Something the kernel must offer, as a module or built in. */
export interface KernelFeature {
  /** Module that brings it. */
  readonly module: string;
  /** Whether it is there now. Where the kernel loads modules by itself, asking loads it. */
  readonly isThere: () => boolean | Promise<boolean>;
}

/** Everything that nodes, pods and the networks of the lab ask of the kernel. */
export const kernelFeatures: readonly KernelFeature[] = [
  { module: "overlay", isThere: () => readFileSync("/proc/filesystems", "utf8").includes("\toverlay\n") },
  { module: "br_netfilter", isThere: () => existsSync("/proc/sys/net/bridge/bridge-nf-call-iptables") },
  { module: "veth", isThere: () => canAddLink("veth", "peer", "name", "cni-lab1") },
  { module: "bridge", isThere: () => canAddLink("bridge") },
  { module: "vxlan", isThere: () => canAddLink("vxlan", "id", "1", "dstport", "8472") },
  { module: "macvlan", isThere: canAddMacvlan },
  {
    module: "iptable_nat",
    isThere: () => succeeds(["unshare", "--net", "iptables", "--table", "nat", "--list-rules"]),
  },
];

/** Modules that lack and cannot be loaded. */
export async function missingKernelModules(features: readonly KernelFeature[] = kernelFeatures): Promise<string[]> {
  const found = await Promise.all(features.map(async (feature) => (await isThere(feature)) || loads(feature)));
  return features.filter((_feature, index) => found[index] === false).map(({ module }) => module);
}

async function isThere(feature: KernelFeature): Promise<boolean> {
  return feature.isThere();
}

async function loads(feature: KernelFeature): Promise<boolean> {
  return (await succeeds(["modprobe", feature.module])) && isThere(feature);
}

/** Tries a link in a network namespace that goes with the command. */
function canAddLink(...type: readonly string[]): Promise<boolean> {
  return succeeds(["unshare", "--net", "ip", "link", "add", "name", "cni-lab0", "type", ...type]);
}

/** A macvlan link is made on another one. */
function canAddMacvlan(): Promise<boolean> {
  const script = "ip link add name cni-lab0 type bridge && ip link add name cni-lab1 link cni-lab0 type macvlan";
  return succeeds(["unshare", "--net", "sh", "-c", script]);
}
