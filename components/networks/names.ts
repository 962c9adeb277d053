/** The lab's secondary networks, under the names that they have in the cluster. */
export const networkNames = {
  /** Addresses by host-local, each node for itself. */
  static: "macvlan-conf",
  /** Addresses by DHCP. */
  leased: "macvlan-conf-2",
} as const;

/** The addresses of the lab's networks: those of the CNI and of the LAN stay clear of them. */
export const networkSubnets = {
  [networkNames.static]: "10.10.20.0/24",
  [networkNames.leased]: "192.168.0.0/24",
} as const;

/** The label of a pod that has a second interface: how that got its address. */
export const roleLabel = "cni-lab/role";

/** A value of `roleLabel`. */
export type Role = "static" | "leased";

/** The name of a pod's secondary interface. */
export const secondInterface = "net1";

/** The annotation by which a pod asks for networks, and the one in which Multus says what it got. */
export const networkAnnotations = {
  wanted: "k8s.v1.cni.cncf.io/networks",
  status: "k8s.v1.cni.cncf.io/network-status",
} as const;

/** The DaemonSets of Multus and of the dhcp daemon, and where they are. */
export const networkDaemons = { namespace: "kube-system", multus: "kube-multus-ds", dhcp: "cni-dhcp" } as const;

/** The file by which the container runtime finds Multus. It sorts before every conflist, and leads to the one in force. */
export const multusConf = "00-multus.conf";

/** Where the dhcp plugin finds its daemon, on a node. */
export const dhcpSocket = "/run/cni/dhcp.sock";

/** Where the DHCP server, in its container, keeps the addresses that it has given out. */
export const leaseFile = "/var/lib/misc/dnsmasq.leases";

/** The DHCP server of a stack, as a container beside the nodes. */
export function dhcpServerContainer(stack: string): string {
  return `cni-lab-${stack}-dhcp`;
}

/** The StatefulSet of the pod of one node that has a static address. */
export function staticPodName(node: string): string {
  return `static-${node}`;
}
