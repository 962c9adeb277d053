import type { ChainedPlugin, MacvlanCapabilities } from "./chain";

/** A way to `dst`, by `gw` or, without one, by the network's gateway. */
export interface NetworkRoute {
  /** IPv4 network, for example "0.0.0.0/0". */
  readonly dst: string;
  /** IPv4 address on the network. @default the network's gateway */
  readonly gw?: string;
  /** The routing table that holds it; from version 1.0.0 of CNI on. @default the main one */
  readonly table?: number;
}

/** Addresses out of a range that each node keeps for itself: nodes on one LAN know nothing of each other's. */
export interface HostLocalIpam {
  readonly type: "host-local";
  /** IPv4 network, for example "10.10.20.0/24". */
  readonly subnet: string;
  /** The first address that is given out. @default the subnet's first */
  readonly rangeStart?: string;
  /** The last address that is given out. @default the subnet's last but its broadcast address */
  readonly rangeEnd?: string;
  /** Never given to a pod. @default the subnet's first address */
  readonly gateway?: string;
  /** @default none */
  readonly routes?: readonly NetworkRoute[];
}

/** What the dhcp plugin says of itself to the server: a fixed value, or one out of CNI_ARGS. */
export type DhcpProvided =
  | { readonly option: string; readonly value: string }
  | { readonly option: string; readonly fromArg: string };

/** Addresses of a DHCP server on the master's LAN. It takes the daemon of the dhcp plugin on every node. */
export interface DhcpIpam {
  readonly type: "dhcp";
  /** Options to ask for besides the plugin's own: their numbers, or the names that the plugin knows. @default none */
  readonly request?: readonly string[];
  /** Leave out what the plugin asks for by itself: routers and subnet-mask. @default false */
  readonly skipDefault?: boolean;
  /** Options to send. @default none */
  readonly provide?: readonly DhcpProvided[];
  /** The metric of all routes. @default the kernel's: 0 */
  readonly priority?: number;
  /** Without effect: the plugin takes routes from the server only. @default none */
  readonly routes?: readonly NetworkRoute[];
}

/** Addresses that stand here; a pod may name others. */
export interface StaticIpam {
  readonly type: "static";
  /** Each with the prefix of its network: "10.10.30.5/24". @default none: each pod names its own */
  readonly addresses?: readonly { readonly address: string; readonly gateway?: string }[];
  /** @default none */
  readonly routes?: readonly NetworkRoute[];
}

/** How a pod gets its address on a network. */
export type Ipam = HostLocalIpam | DhcpIpam | StaticIpam;

/** Which macvlan interfaces of one master reach each other. */
export type MacvlanMode =
  /** All, without a way over the wire. */
  | "bridge"
  /** None. */
  | "private"
  /** All, by a switch that sends frames back where they came from. */
  | "vepa"
  /** There is one only, and it has the master to itself. */
  | "passthru";

/** Name servers that the plugin reports; the kubelet gives pods its own. */
export interface NetworkDns {
  readonly nameservers?: readonly string[];
  readonly domain?: string;
  readonly search?: readonly string[];
}

/** A network whose pods have an interface of their own on a node's LAN. */
export interface MacvlanSpec {
  /** The name by which pods ask for it: lower-case letters, digits and inner dashes, at most 63. */
  readonly network: string;
  /** The node's interface on that LAN. */
  readonly master: string;
  /** @default "bridge" */
  readonly mode?: MacvlanMode;
  /** Largest packet in bytes. @default the master's */
  readonly mtu?: number;
  readonly ipam: Ipam;
  /** @default none */
  readonly dns?: NetworkDns;
  /** @default "0.3.1" */
  readonly cniVersion?: string;
  /** Capabilities of the plugin macvlan. @default { ips: true }, and none with dhcp */
  readonly capabilities?: MacvlanCapabilities;
  /** The plugins that are called behind macvlan, in this order. @default none */
  readonly chain?: readonly ChainedPlugin[];
}

/** The CNI configuration of the network, as its NetworkAttachmentDefinition holds it: a list of plugins only where there are several. */
export function macvlanConf(spec: MacvlanSpec): string {
  const { network, master, mode, mtu, ipam, dns, cniVersion, chain = [] } = spec;
  const head = { cniVersion: cniVersion ?? "0.3.1", name: network };
  const macvlan = {
    type: "macvlan",
    master,
    mode: mode ?? "bridge",
    mtu,
    capabilities: capabilitiesOf(spec),
    ipam: ipam.type === "dhcp" ? dhcpConf(ipam) : ipam,
    dns,
  };
  return JSON.stringify(chain.length === 0 ? { ...head, ...macvlan } : { ...head, plugins: [macvlan, ...chain] });
}

/** Without `ips` Multus drops the addresses that a pod's annotation names. */
function capabilitiesOf({ ipam, capabilities }: MacvlanSpec): MacvlanCapabilities | undefined {
  const all = ipam.type === "dhcp" ? capabilities : { ips: true, ...capabilities };
  return Object.values(all ?? {}).includes(true) ? all : undefined;
}

/** What the plugins will silently not do, one sentence each. */
export function networkWarnings({ network, ipam, dns }: MacvlanSpec): string[] {
  const routes = ipam.type === "dhcp" ? (ipam.routes ?? []) : [];
  return [
    ...routes.map(
      ({ dst, gw }) =>
        `network ${network}: the route to ${dst}${gw === undefined ? "" : ` via ${gw}`} has no effect: the dhcp plugin sets the server's routes and no others; let the server send it (option 121)`,
    ),
    ...(dns?.nameservers ?? []).map(
      (server) =>
        `network ${network}: the name server ${server} has no effect: a pod's resolv.conf is the kubelet's; set it with dnsConfig in the pod`,
    ),
  ];
}

/** The plugin marks the leaving out of its defaults on a request, not beside them. */
function dhcpConf({ type, request = [], skipDefault, provide, priority, routes }: DhcpIpam): Record<string, unknown> {
  const wanted = request.map((option) => ({ option }));
  const requests = skipDefault === true ? [{ skipDefault }, ...wanted] : wanted;
  return { type, request: requests.length === 0 ? undefined : requests, provide, priority, routes };
}
