import type { PodResidue } from "../swap/residue";
import { weaveBridge, weaveConflist, weaveNet, weaveTunnel } from "./names";

/** Weave 2.6.5 without its policy controller; also what only its in-kernel datapath and its encryption make. */
export function weaveResidue(range: string): PodResidue {
  return {
    cni: "weave",
    daemonSet: weaveNet,
    living: { daemonSets: [weaveNet.name], images: ["weave-kube"], programs: ["weaver"] },
    network: range,
    conflist: weaveConflist,
    networkName: "weave",
    links: ["vethwe-*", "vethwedu*", weaveTunnel, "datapath", weaveBridge],
    folders: ["/var/lib/weave"],
    binaries: ["weave-net", "weave-ipam", "weave-plugin-*"],
    chains: [
      { table: "filter", name: "WEAVE*" },
      { table: "nat", name: "WEAVE*" },
      { table: "mangle", name: "WEAVE*" },
    ],
    rules: [
      { table: "filter", chain: "INPUT", holding: "Block non-local access to Weave Net control port" },
      { table: "filter", chain: "FORWARD", holding: " -i weave " },
      { table: "filter", chain: "FORWARD", holding: " -o weave " },
    ],
    ipsets: ["weave-*"],
    nodeAnnotations: [],
    configMaps: [{ namespace: weaveNet.namespace, name: weaveNet.name }],
  };
}
