/** Everything that a CNI makes on a node and leaves there when its pods are gone. Names ending in `*` are beginnings. */
export interface Residue {
  readonly cni: string;
  /** Its DaemonSet. Absent where it has none. */
  readonly daemonSet?: { readonly namespace: string; readonly name: string };
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
