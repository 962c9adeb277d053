import { flanneldFiles, flanneldUnit, flannelEtcdConflist, flannelEtcdNetwork } from "../flannel-etcd/service";

/** Everything that a CNI makes on a node and leaves there when its pods are gone. Names ending in `*` are beginnings. */
export interface Residue {
  readonly cni: string;
  /** Its DaemonSet as this lab makes it, and the label of its pods. Absent where it has none. */
  readonly daemonSet?: { readonly namespace: string; readonly name: string; readonly appLabel: string };
  /** What shows that it lives, whoever has installed it: nothing here is residue then. */
  readonly living: LifeSigns;
  /** The network that its pods have addresses of. */
  readonly network: string;
  /** Its file in the folder of the conflists. */
  readonly conflist: string;
  /** The name inside that file: the runtime's and the plugins' records of containers carry it. */
  readonly networkName: string;
  /** Its links. One of such a name is another one's where its addresses are of other networks only. */
  readonly links: readonly string[];
  /** Inside this network it makes routes on links of others, each by a gateway to a node's part. @default none */
  readonly routesInside?: string;
  readonly folders: readonly string[];
  /** Its services on the node, which are stopped first, and files outside of its folders. @default none */
  readonly units?: readonly string[];
  readonly files?: readonly string[];
  /** Programs in /opt/cni/bin. */
  readonly binaries: readonly string[];
  /** iptables chains of its own; jumps into them go first. */
  readonly chains: readonly { readonly table: string; readonly name: string }[];
  /** Rules in chains of others that lead to no chain of its own: those that hold this text, as `iptables -S` prints them. */
  readonly rules: readonly { readonly table: string; readonly chain: string; readonly holding: string }[];
  readonly ipsets: readonly string[];
  /** Annotations of the node whose names begin so. */
  readonly nodeAnnotations: readonly string[];
  /** Objects that it makes itself. They go before the folders, else nodes that are not clean yet seed them anew. */
  readonly configMaps: readonly { readonly namespace: string; readonly name: string }[];
}

/** What a CNI is known by while it lives, whatever the labels of its objects. */
export interface LifeSigns {
  /** The beginnings of its DaemonSets' names, in whatever namespace. */
  readonly daemonSets: readonly string[];
  /** The last parts of its images' names, without a registry's or a vendor's and without the tag. */
  readonly images: readonly string[];
  /** Its programs, which run in the network of the node itself. */
  readonly programs: readonly string[];
}

/** That of a CNI whose programs run in pods. */
export type PodResidue = Residue & Required<Pick<Residue, "daemonSet">>;

/** Flannel's file in the folder of the conflists. */
export const flannelConflist = "10-flannel.conflist";

/** The DaemonSet of Flannel, and the label of its pods. */
export const flannelDaemonSet = { namespace: "kube-flannel", name: "kube-flannel-ds", appLabel: "flannel" } as const;

/** Flannel 0.26 with its CNI plugin, of which the bridge plugin makes cni0. */
export function flannelResidue(network: string): PodResidue {
  return {
    cni: "flannel",
    daemonSet: flannelDaemonSet,
    living: { daemonSets: ["kube-flannel-ds"], images: ["flannel"], programs: ["flanneld"] },
    network,
    conflist: flannelConflist,
    networkName: "cbr0",
    links: ["cni0", "flannel.*"],
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

/** Flannel 0.26 as a service of the node, with the bridge plugin by a conflist of its own. */
export function flannelEtcdResidue(network: string): Residue {
  const { folder, options, unit, wanted } = flanneldFiles;
  return {
    ...flannelResidue(network),
    cni: "flannel-etcd",
    daemonSet: undefined,
    routesInside: undefined,
    conflist: flannelEtcdConflist,
    networkName: flannelEtcdNetwork,
    folders: ["/run/flannel", folder],
    units: [flanneldUnit],
    files: [options, unit, wanted],
    binaries: [],
    nodeAnnotations: [],
  };
}

/** Weave 2.6.5 without its policy controller; also what only its in-kernel datapath and its encryption make. */
export function weaveResidue(range: string): PodResidue {
  return {
    cni: "weave",
    daemonSet: { namespace: "kube-system", name: "weave-net", appLabel: "weave-net" },
    living: { daemonSets: ["weave-net"], images: ["weave-kube"], programs: ["weaver"] },
    network: range,
    conflist: "10-weave.conflist",
    networkName: "weave",
    links: ["vethwe-*", "vethwedu*", "vxlan-6784", "datapath", "weave"],
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
    configMaps: [{ namespace: "kube-system", name: "weave-net" }],
  };
}
