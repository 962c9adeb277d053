/** What a CNI needs of the nodes, and of what is between them. */
export interface CniNeeds {
  /** Where nodes reach each other. */
  readonly ports: readonly NodePort[];
  /** The types of links that the nodes' kernel must be able to make, in the words of `ip link`. */
  readonly links: readonly string[];
  /** Modules of the kernel without which it works, and slower: each with what it does instead. */
  readonly modules: readonly { readonly name: string; readonly without: string }[];
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

/** A port of each node. */
export interface NodePort {
  readonly protocol: "udp" | "tcp";
  readonly port: number;
}
