/** How flannel carries packets between nodes. */
export type FlannelBackend =
  /** A VXLAN tunnel between all nodes: works over any network that carries UDP. `port` defaults to 8472. */
  | { readonly type: "vxlan"; readonly vni?: number; readonly port?: number }
  /** Routes to the other nodes, which must be neighbours on one link. */
  | { readonly type: "host-gw" };

/** How flannel finds the interface whose address a node announces. */
export type FlannelInterface =
  /** The interface of the default route: flannel's own choice. */
  | { readonly by: "default-route" }
  /** The interface of this name, or with this address. */
  | { readonly by: "name"; readonly name: string }
  /** The first interface whose name or address matches this regular expression (Go syntax). */
  | { readonly by: "regex"; readonly regex: string }
  /** The interface by which this address is reached. */
  | { readonly by: "can-reach"; readonly address: string }
  /**
   * What an annotation of the node says, which flannel reads by itself: the address of the interface to use
   * (`node-public-ip`), or only the address to announce (`public-ip-overwrite`).
   */
  | { readonly by: "annotation"; readonly annotation: "node-public-ip" | "public-ip-overwrite" };

/**
 * net-conf.json: the network that flannel divides among the nodes, and the backend.
 *
 * @param subnetLength the prefix of each node's part, where flannel itself divides; in Kubernetes the nodes' podCIDRs say it
 */
export function netConf(network: string, backend: FlannelBackend, subnetLength?: number): string {
  return JSON.stringify({
    Network: network,
    SubnetLen: subnetLength,
    EnableNFTables: false,
    Backend: backendConf(backend),
  });
}

/**
 * cni-conf.json: the conflist that flannel's init container puts on each node.
 * Its name, bridge and version are upstream's: what a node keeps of them is found by these names.
 */
export function cniConf(): string {
  return JSON.stringify({
    name: "cbr0",
    cniVersion: "0.3.1",
    plugins: [
      { type: "flannel", delegate: { hairpinMode: true, isDefaultGateway: true } },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  });
}

/** The arguments of flanneld that choose the interface. */
export function interfaceArgs(choice: FlannelInterface): string[] {
  switch (choice.by) {
    case "default-route":
    case "annotation":
      return [];
    case "name":
      return [`--iface=${choice.name}`];
    case "regex":
      return [`--iface-regex=${choice.regex}`];
    case "can-reach":
      return [`--iface-can-reach=${choice.address}`];
  }
}

function backendConf(backend: FlannelBackend): Record<string, unknown> {
  return backend.type === "host-gw" ? { Type: "host-gw" } : { Type: "vxlan", VNI: backend.vni, Port: backend.port };
}
