import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { succeeds } from "../run";

/** Something the kernel must offer, as a module or built in. */
export interface KernelFeature {
  /** Module that brings it. */
  readonly module: string;
  /** Whether it is there now. Where the kernel loads modules by itself, asking loads it. */
  readonly isThere: () => boolean | Promise<boolean>;
  /** What follows where the lab loaded the module, so that it changes nothing else on this machine. */
  readonly afterLoad?: () => void;
}

/** Everything that nodes, pods and the networks of the lab ask of the kernel. */
export const kernelFeatures: readonly KernelFeature[] = [
  { module: "overlay", isThere: () => readFileSync("/proc/filesystems", "utf8").includes("\toverlay\n") },
  {
    module: "br_netfilter",
    isThere: () => existsSync("/proc/sys/net/bridge/bridge-nf-call-iptables"),
    afterLoad: () => leaveBridgesAlone(),
  },
  { module: "veth", isThere: () => canAddLink("veth", "peer", "name", "cni-lab1") },
  { module: "bridge", isThere: () => canAddLink("bridge") },
  { module: "vxlan", isThere: () => canAddLink("vxlan", "id", "1", "dstport", "8472") },
  { module: "macvlan", isThere: canAddMacvlan },
  {
    module: "iptable_nat",
    isThere: () => succeeds(["unshare", "--net", "iptables", "--table", "nat", "--list-rules"]),
  },
];

/**
 * What the kernel does not offer.
 *
 * @param how "load" loads what lacks and can be loaded; "look" only asks whether it could be, and changes nothing.
 */
export async function missingKernelModules(
  how: "look" | "load",
  features: readonly KernelFeature[] = kernelFeatures,
): Promise<string[]> {
  const found = await Promise.all(features.map(how === "load" ? offers : couldOffer));
  return features.filter((_feature, index) => found[index] === false).map(({ module }) => module);
}

/** Asked of the modules first: a link of a kind makes the kernel load the kind's module. */
async function couldOffer(feature: KernelFeature): Promise<boolean> {
  return (await succeeds(["modprobe", "--dry-run", feature.module])) || feature.isThere();
}

async function offers(feature: KernelFeature): Promise<boolean> {
  if (await feature.isThere()) {
    return true;
  }
  if (!(await succeeds(["modprobe", feature.module]))) {
    return false;
  }
  feature.afterLoad?.();
  return feature.isThere();
}

/**
 * With br_netfilter each bridge of this machine sends its frames through the machine's FORWARD chain, which drops those
 * of other people's virtual machines where its policy is DROP. The values are those of a network namespace (Linux 5.3
 * and newer), and each node sets its own.
 */
export function leaveBridgesAlone(folder = "/proc/sys/net/bridge"): void {
  for (const family of ["iptables", "ip6tables", "arptables"]) {
    writeFileSync(join(folder, `bridge-nf-call-${family}`), "0\n");
  }
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
