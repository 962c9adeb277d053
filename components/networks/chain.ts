/** Sets what the kernel keeps of the interface, and of the network namespace that it is in. */
export interface TuningPlugin {
  readonly type: "tuning";
  /** Values by their names below `net`; `IFNAME` stands for the interface: "net.ipv4.conf.IFNAME.arp_announce". @default none */
  readonly sysctl?: Readonly<Record<string, string>>;
  /** The hardware address, the same for each pod of the network. @default the kernel's choice */
  readonly mac?: string;
  /** Largest packet in bytes. @default the network's */
  readonly mtu?: number;
  /** Whether the interface takes packets for any hardware address. @default false */
  readonly promisc?: boolean;
  /** Whether the interface takes packets for any multicast group. @default the kernel's: false */
  readonly allmulti?: boolean;
  /** How many packets wait to be sent. @default the kernel's */
  readonly txQLen?: number;
  /** The node's folder for what the interface had before. @default "/run/cni/tuning" */
  readonly dataDir?: string;
  /** What a pod may say in its annotation: `mac`, its hardware address. @default nothing */
  readonly capabilities?: { readonly mac?: boolean };
}

/**
 * Routing by source: the interface's routes move out of the main table into one of their own, for what is sent from the
 * interface's address. All else goes as it would without the interface.
 */
export interface SbrPlugin {
  readonly type: "sbr";
  /** A table that the network's routes name themselves: then none is moved. @default the first free one from 100 on */
  readonly table?: number;
}

/** Puts the interface into a VRF of the pod's. It takes nodes whose kernel has CONFIG_NET_VRF. */
export interface VrfPlugin {
  readonly type: "vrf";
  /** The name of the VRF, an interface too. It is made where the pod has none of that name. */
  readonly vrfname: string;
  /** The VRF's routing table. @default the first free one from 1 on */
  readonly table?: number;
}

/**
 * A plugin that is called behind macvlan, with what the one before it has made (containernetworking/plugins, plugins/meta).
 * Not `bandwidth`: it slows the node's end of a veth pair, and macvlan makes none.
 */
export type ChainedPlugin = TuningPlugin | SbrPlugin | VrfPlugin;

/** What a pod may say in its annotation, and the plugin macvlan then does. */
export interface MacvlanCapabilities {
  /** Its addresses. @default true, and nothing with dhcp */
  readonly ips?: boolean;
  /** Its hardware address. @default false */
  readonly mac?: boolean;
}
