/** What a CNI needs of the nodes, and of what is between them. */
export interface CniNeeds {
  /** Where nodes reach each other. */
  readonly ports: readonly NodePort[];
  /** The types of links that the nodes' kernel must be able to make, in the words of `ip link`. */
  readonly links: readonly string[];
  /** Modules of the kernel without which it works, and slower. */
  readonly modules: readonly KernelModule[];
  /**
   * The largest packet between two nodes, in bytes, with what is put around a pod's: `link` where it is as large as the
   * nodes' links take.
   */
  readonly packetBytes: number | "link";
  /** What its pods run. */
  readonly images: readonly string[];
  /** Whether NetworkPolicies have an effect with it. */
  readonly enforcesPolicies: boolean;
}

/** A module of the nodes' kernel. */
export interface KernelModule {
  readonly name: string;
  /** What the CNI does on a node that has it not. */
  readonly without: string;
  /** What goes wrong where some nodes have it and others have not, and what to do; absent where nothing does. */
  readonly onSome?: { readonly rule: string; readonly fix: string };
}

/** A port of each node. */
export interface NodePort {
  readonly protocol: "udp" | "tcp";
  readonly port: number;
}
