import { type Cidr, networkOf, parseAddress, parseCidr } from "../../lib/cidr";
import type { Problem } from "../../lib/user-error";
import { leaseFile } from "./names";

/** What a DHCP server does wrong. */
export type DhcpFault =
  | "none"
  /** It hears every request, logs it, and answers none. */
  | "silent"
  /** The router that it names is on no network of its clients. */
  | "off-link-router"
  /** It sends, unasked, a route whose next hop is on no network of its clients. */
  | "off-link-route"
  /** It sends, unasked, a list of routes without the default one; clients then ignore the router (RFC 3442). */
  | "no-default-route"
  /** It has one address. */
  | "pool-exhausted"
  /** Each offer comes after 15 s. */
  | "slow";

/** The values of `DhcpFault`. */
export const dhcpFaults = [
  "none",
  "silent",
  "off-link-router",
  "off-link-route",
  "no-default-route",
  "pool-exhausted",
  "slow",
] as const satisfies readonly DhcpFault[];

/** A route that a DHCP server sends. */
export interface DhcpRoute {
  /** IPv4 network. */
  readonly dst: string;
  /** IPv4 address on the server's network. */
  readonly gw: string;
}

/** What a DHCP server gives out. */
export interface DhcpService {
  /** The server's own address with its prefix. @default "192.168.0.1/24" */
  readonly address?: string;
  /** First and last address that is given out. @default { first: "192.168.0.100", last: "192.168.0.199" } */
  readonly range?: { readonly first: string; readonly last: string };
  /** For how long an address is given out, in seconds; at least 120, dnsmasq's own least. @default 120 */
  readonly leaseSeconds?: number;
  /** The default route of the clients; `none` sends none. @default the server */
  readonly router?: string;
  /** Classless routes (option 121). The dhcp plugin does not ask for them: it sees only what is forced. @default none */
  readonly routes?: { readonly list: readonly DhcpRoute[]; readonly forced: boolean };
  /** What the server does wrong. @default "none" */
  readonly fault?: DhcpFault;
}

/** A service with its defaults. */
export type CompleteDhcpService = Required<Omit<DhcpService, "routes">> & Pick<DhcpService, "routes">;

/** The service in force. */
export function completeService(service: DhcpService): CompleteDhcpService {
  const address = service.address ?? "192.168.0.1/24";
  return {
    address,
    range: service.range ?? { first: "192.168.0.100", last: "192.168.0.199" },
    leaseSeconds: service.leaseSeconds ?? 120,
    router: service.router ?? hostOf(address),
    routes: service.routes,
    fault: service.fault ?? "none",
  };
}

/** A next hop that no client can reach, and a network that nothing of a lab uses. */
export const offLink = { gateway: "192.168.77.1", network: "10.77.0.0/16" } as const;

/** Seconds by which the fault `slow` delays an offer: longer than the dhcp plugin waits before it asks again. */
const slowSeconds = 15;

/** dnsmasq.conf: DHCP on one link and nothing else, its log on standard error. */
export function dnsmasqConf(service: DhcpService, link: string): string {
  const { address, range, leaseSeconds, router, routes, fault } = completeService(service);
  const last = fault === "pool-exhausted" ? range.first : range.last;
  return `${[
    "port=0",
    `interface=${link}`,
    "except-interface=lo",
    "bind-interfaces",
    // The container runs nothing else; dnsmasq keeps no capability that root has not here.
    "user=root",
    "group=root",
    "dhcp-authoritative",
    // dnsmasq would ping an address for 3 s before it offers it; nobody else gives out addresses of this range.
    "no-ping",
    `dhcp-range=${range.first},${last},${maskOf(address)},${leaseSeconds}`,
    `dhcp-leasefile=${leaseFile}`,
    "log-dhcp",
    "log-facility=-",
    routerLine(fault === "off-link-router" ? offLink.gateway : router),
    ...routeLines(routes, fault, address),
    // No client is known by name.
    ...(fault === "silent" ? ["dhcp-ignore=tag:!known"] : []),
    ...(fault === "slow" ? [`dhcp-reply-delay=${slowSeconds}`] : []),
  ].join("\n")}\n`;
}

/** What is wrong with a service: without a fault, a client must be able to use all of it. */
export function serviceProblems(service: DhcpService): Problem[] {
  const { address, range, leaseSeconds, router, routes } = completeService(service);
  const network = networkOf(address);
  if (network === undefined || network.prefix > 30 || !isHost(network, hostOf(address))) {
    const rule = "must be a host's IPv4 address with a prefix of at most /30, for example 192.168.0.1/24";
    return [{ field: "address", value: address, rule }];
  }
  const inside = (field: string, value: string): Problem[] =>
    isHost(network, value) ? [] : [{ field, value, rule: `must be an address in ${network.text}` }];
  return [
    ...inside("range.first", range.first),
    ...inside("range.last", range.last),
    ...orderProblems(range, hostOf(address)),
    ...(Number.isInteger(leaseSeconds) && leaseSeconds >= 120
      ? []
      : [
          {
            field: "leaseSeconds",
            value: String(leaseSeconds),
            rule: "must be a whole number of seconds, at least 120",
          },
        ]),
    ...(router === "none" ? [] : inside("router", router)),
    ...(routes?.list ?? []).flatMap(({ dst, gw }) => [
      ...(parseCidr(dst) === undefined ? [{ field: "routes", value: dst, rule: "must be an IPv4 network" }] : []),
      ...inside(`route to ${dst}`, gw),
    ]),
  ];
}

function orderProblems({ first, last }: CompleteDhcpService["range"], server: string): Problem[] {
  const [from, to, own] = [parseAddress(first), parseAddress(last), parseAddress(server)];
  if (from === undefined || to === undefined || own === undefined) {
    return [];
  }
  return [
    ...(from <= to ? [] : [{ field: "range.last", value: last, rule: `must not come before range.first (${first})` }]),
    ...(from <= own && own <= to
      ? [{ field: "range", value: `${first}-${last}`, rule: `must not hold the server's own address (${server})` }]
      : []),
  ];
}

/** dnsmasq names itself as the router unless it is told another one, or an empty option. */
function routerLine(router: string): string {
  return router === "none" ? "dhcp-option=option:router" : `dhcp-option=option:router,${router}`;
}

function routeLines(routes: DhcpService["routes"], fault: DhcpFault, address: string): string[] {
  const list = routes?.list ?? [];
  switch (fault) {
    case "off-link-route":
      return [routesLine([...list, { dst: offLink.network, gw: offLink.gateway }], true)];
    case "no-default-route": {
      const own = { dst: networkOf(address)?.text ?? "", gw: hostOf(address) };
      const others = list.filter(({ dst }) => dst !== "0.0.0.0/0");
      return [routesLine(others.length === 0 ? [own] : others, true)];
    }
    default:
      return list.length === 0 ? [] : [routesLine(list, routes?.forced ?? false)];
  }
}

function routesLine(list: readonly DhcpRoute[], forced: boolean): string {
  const words = list.flatMap(({ dst, gw }) => [dst, gw]);
  return [`dhcp-option${forced ? "-force" : ""}=option:classless-static-route`, ...words].join(",");
}

function hostOf(address: string): string {
  return address.split("/")[0] ?? "";
}

function maskOf(address: string): string {
  const bits = networkOf(address)?.prefix ?? 0;
  return [0, 8, 16, 24].map((at) => 256 - 2 ** (8 - Math.min(8, Math.max(0, bits - at)))).join(".");
}

function isHost({ first, last }: Cidr, address: string): boolean {
  const value = parseAddress(address);
  return value !== undefined && first < value && value < last;
}
