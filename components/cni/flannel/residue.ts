import type { PodResidue } from "../swap/residue";
import { flannelConflist, flannelDaemonSet, flannelLinks } from "./names";

/** Flannel 0.26 with its CNI plugin, of which the bridge plugin makes cni0. */
export function flannelResidue(network: string): PodResidue {
  return {
    cni: "flannel",
    daemonSet: flannelDaemonSet,
    living: { daemonSets: [flannelDaemonSet.name], images: ["flannel"], programs: ["flanneld"] },
    network,
    conflist: flannelConflist,
    networkName: "cbr0",
    links: [flannelLinks.bridge, "flannel.*"],
    // With host-gw, over the LAN's link: they stay when flannel's links go.
    routesInside: network,
    folders: ["/run/flannel", "/var/lib/cni/flannel"],
    binaries: ["flannel"],
    chains: [
      { table: "filter", name: "FLANNEL-*" },
      { table: "nat", name: "FLANNEL-*" },
    ],
    rules: [],
    ipsets: [],
    nodeAnnotations: ["flannel.alpha.coreos.com/"],
    configMaps: [],
  };
}
