import type { CniDefinition } from "../../../components/cni/definition";
import { cnis, cnisWithRouter } from "../../../components/cni/registry";
import { multusConf } from "../../../components/networks/names";
import { type Cidr, contains, networkOf, parseAddress, parseCidr } from "../../../lib/cidr";
import type { Link, Route, SeenNode, SeenPod, Topology, TopologyNode } from "../../topology/seen";

/** A link of a node that carries pods' packets. */
export interface NodeLink {
  readonly name: string;
  readonly up: boolean;
  /** IPv4 addresses with their prefix. */
  readonly addresses: readonly string[];
}

/** A bridge that pods hang on, with its network. */
export interface Bridge extends NodeLink {
  /** Whether it is one Ethernet with those of the other nodes: pods of all nodes have addresses of one network. */
  readonly isShared: boolean;
  readonly network: Cidr | undefined;
  /** How many links of pods are its ports. */
  readonly ports: number;
}

/** What carries packets to the other nodes: a link, or a program as Weave's router. */
export interface Tunnel extends NodeLink {
  /** What it does, in a few words: `VXLAN 1, UDP 8472`. */
  readonly how: string;
  /** The address under which it sends. */
  readonly outer: string | undefined;
  /** The node's interface that it rides on. */
  readonly underlay: string | undefined;
  /** The bridge whose packets it carries. */
  readonly bridge: string | undefined;
}

/** A pod with an address of its own. */
export interface DrawnPod {
  readonly pod: SeenPod;
  /** The bridge whose network its address is of; undefined for one that is of none. */
  readonly bridge: string | undefined;
}

/** A node as it is drawn: a column, from its pods down to its interfaces. */
export interface NodeNetwork {
  readonly name: string;
  readonly address: string;
  /** False where the node did not answer: then only its pods are known. */
  readonly seen: boolean;
  readonly machineId: string;
  readonly pods: readonly DrawnPod[];
  /** Pods on the node's own network. */
  readonly hostPods: readonly SeenPod[];
  readonly bridges: readonly Bridge[];
  readonly tunnels: readonly Tunnel[];
  /** Interfaces that lead out of the node: eth0, eth1, ... */
  readonly nics: readonly NodeLink[];
  readonly routes: readonly Route[];
  /** Rules of the FORWARD chain. */
  readonly forward: readonly string[];
  /** The conflist that the runtime, or Multus, uses; undefined where there is none. */
  readonly conflist: string | undefined;
  /** Connections of a CNI's router that do not stand. */
  readonly lostConnections: readonly { readonly cni: CniDefinition; readonly router: string; readonly line: string }[];
}

/** The nodes of a topology as they are drawn. */
export function nodeNetworks(topology: Topology): readonly NodeNetwork[] {
  return topology.nodes.map((node) => nodeNetwork(node, topology.pods ?? []));
}

function nodeNetwork({ name, address, seen }: TopologyNode, all: readonly SeenPod[]): NodeNetwork {
  const own = all.filter((pod) => pod.node === name);
  const bridges = (seen?.links ?? []).filter(isKind("bridge")).map((link) => bridgeOf(link, seen?.links ?? []));
  return {
    name,
    address,
    seen: seen !== undefined,
    machineId: seen?.machineId ?? "",
    pods: own.filter(({ hostNetwork }) => !hostNetwork).map((pod) => ({ pod, bridge: bridgeFor(pod, bridges) })),
    hostPods: own.filter(({ hostNetwork }) => hostNetwork),
    bridges,
    tunnels: seen === undefined ? [] : tunnelsOf(seen, bridges),
    nics: (seen?.links ?? []).filter(({ ifname }) => /^(?:eth|en)\w+$/.test(ifname)).map(linkOf),
    routes: seen?.routes ?? [],
    forward: seen?.forward ?? [],
    conflist: conflistInUse(seen),
    lostConnections: cnisWithRouter.flatMap((cni) =>
      (seen?.[cni.id] ?? []).filter(cni.router.isLost).map((line) => ({ cni, router: cni.router.name, line })),
    ),
  };
}

function isKind(kind: string) {
  return (link: Link) => link.linkinfo?.info_kind === kind;
}

function linkOf({ ifname, flags, addr_info }: Link): NodeLink {
  const addresses = addr_info.filter(({ family }) => family === "inet");
  return {
    name: ifname,
    up: flags.includes("UP"),
    addresses: addresses.map(({ local, prefixlen }) => `${local}/${prefixlen}`),
  };
}

function bridgeOf(link: Link, links: readonly Link[]): Bridge {
  const own = linkOf(link);
  return {
    ...own,
    isShared: isSharedBridge(link.ifname),
    network: own.addresses[0] === undefined ? undefined : networkOf(own.addresses[0]),
    ports: links.filter(({ master, ifname }) => master === link.ifname && !ifname.startsWith("vethwe-")).length,
  };
}

function bridgeFor({ ip }: SeenPod, bridges: readonly Bridge[]): string | undefined {
  if (ip === undefined || parseAddress(ip) === undefined) return undefined;
  return bridges.find(({ network }) => network !== undefined && contains(network, ip))?.name;
}

function tunnelsOf(seen: SeenNode, bridges: readonly Bridge[]): Tunnel[] {
  const vxlan = seen.links.filter(isKind("vxlan")).map((link): Tunnel => {
    const data = link.linkinfo?.info_data;
    const owner = cnisWithRouter.find(({ tunnels }) => tunnels.includes(link.ifname));
    return {
      ...linkOf(link),
      how: `VXLAN ${data?.id ?? "?"}, UDP ${data?.port ?? "?"}`,
      outer: data?.local,
      underlay: data?.link,
      // A router's has no address and hangs on the router's bridge itself.
      bridge: bridges.find((each) => (owner === undefined ? !each.isShared : each.name === owner.bridge))?.name,
    };
  });
  const routers = cnisWithRouter
    .filter((cni) => bridges.some(({ name }) => name === cni.bridge))
    .map((cni): Tunnel => {
      const lines = seen[cni.id] ?? [];
      const ways = new Set(lines.flatMap((line) => cni.router.wayOf(line) ?? []));
      return {
        name: cni.router.name,
        up: lines.length > 0,
        addresses: [],
        how:
          lines.length === 0 ? "does not answer" : `${[...ways].join(", ") || "no connection"}, UDP ${cni.router.port}`,
        outer: undefined,
        underlay: undefined,
        bridge: cni.bridge,
      };
    });
  return [...vxlan, ...routers];
}

/** Whether a bridge of this name is one Ethernet with those of the other nodes. */
export function isSharedBridge(name: string): boolean {
  return cnis.some(({ bridge, nodeSubnet }) => bridge === name && nodeSubnet.by === "none");
}

/** Multus' own file is no answer: it hands on to the next one by name. */
function conflistInUse(seen: SeenNode | undefined): string | undefined {
  const first = seen?.conflists.find(({ name }) => name !== multusConf);
  return first?.to?.split("/").at(-1) ?? first?.name;
}

/** The route that a packet to an address takes: the one with the longest prefix. */
export function routeTo(address: string, routes: readonly Route[]): Route | undefined {
  const networks = routes.map((route) => ({ route, network: networkOfRoute(route.dst) }));
  return networks
    .filter(({ network }) => network !== undefined && contains(network, address))
    .sort((a, b) => (b.network?.prefix ?? 0) - (a.network?.prefix ?? 0))[0]?.route;
}

function networkOfRoute(dst: string): Cidr | undefined {
  if (dst === "default") return parseCidr("0.0.0.0/0");
  return parseCidr(dst.includes("/") ? dst : `${dst}/32`);
}
