import { type Cidr, overlaps, parseCidr } from "../../lib/cidr";
import type { DhcpIpam, MacvlanSpec } from "./nad";

/** The cluster's own networks, which pods reach by eth0: IPv4 networks. */
export interface ClusterNetworks {
  /** @default "10.96.0.0/12", which is kubeadm's */
  readonly services?: string;
  /** @default not known */
  readonly pods?: string;
  /** The nodes' own, on which the API server is. @default not known */
  readonly nodes?: string;
}

/**
 * What a network's routes take from eth0, one sentence for all of it. All routes count together: both halves of the
 * default route are a default route. With the plugin sbr they are for what is sent from the network's own address only.
 * With dhcp they are not set, and the server's router becomes a default route where the plugin asks for it. A default
 * route by the network comes before eth0's: the plugins put routes before those of the same length that are there.
 */
export function takenByRoutes({ network, ipam, chain }: MacvlanSpec, cluster: ClusterNetworks = {}): string[] {
  if (chain?.some(({ type }) => type === "sbr") === true) {
    return [];
  }
  if (ipam.type === "dhcp") {
    return asksForRouter(ipam)
      ? [
          `network ${network}: the dhcp plugin asks the server for a router, and if there is one, a pod sends what is for the Services by this network and not by eth0; ask for none with skipDefault and request: ["subnet-mask"], or put the plugin sbr into the chain`,
        ]
      : [];
  }
  // A table of their own is not asked by itself.
  const routes = (ipam.routes ?? []).flatMap(({ dst, table }) => (table === undefined ? (parseCidr(dst) ?? []) : []));
  const taken = [
    partOf("the Services", parseCidr(cluster.services ?? "10.96.0.0/12"), routes),
    // The CNI has a route to all pods, or they are all on the pod's own link: a wider one does not take them from it.
    partOf("the pods", networkOf(cluster.pods), routes, true),
    partOf("the nodes", networkOf(cluster.nodes), routes),
  ].flat();
  if (taken.length === 0) {
    return [];
  }
  const by = [...new Set(taken.flatMap(({ routes: names }) => names))].join(" and ");
  const what = taken.map(({ text }) => text).join(", ");
  return [
    `network ${network}: by its routes to ${by} a pod sends what is for ${what} by this network and not by eth0, and reaches them only if somebody there passes it on; route only to what lies behind the network, or put the plugin sbr into the chain`,
  ];
}

/** The plugin does so by itself (containernetworking/plugins, plugins/ipam/dhcp/lease.go), by name or as option 3. */
function asksForRouter({ request = [], skipDefault }: DhcpIpam): boolean {
  return skipDefault !== true || request.includes("routers") || request.includes("3");
}

function networkOf(text: string | undefined): Cidr | undefined {
  return text === undefined ? undefined : parseCidr(text);
}

/** How much of a network routes take: all or a part, and which they are. */
function partOf(
  name: string,
  network: Cidr | undefined,
  routes: readonly Cidr[],
  onlyWithin = false,
): { readonly text: string; readonly routes: readonly string[] }[] {
  if (network === undefined) {
    return [];
  }
  const taking = routes.filter((route) => overlaps(route, network) && (!onlyWithin || route.prefix >= network.prefix));
  const share = covers(taking, network) ? "" : "a part of ";
  return taking.length === 0
    ? []
    : [{ text: `${share}${name} (${network.text})`, routes: taking.map(({ text }) => text) }];
}

/** True when the routes hold every address of the network among them. */
function covers(routes: readonly Cidr[], { first, last }: Cidr): boolean {
  let next = first;
  for (const route of [...routes].sort((a, b) => a.first - b.first)) {
    if (route.first > next) {
      return false;
    }
    next = Math.max(next, route.last + 1);
  }
  return next > last;
}
