import ipaddr from "ipaddr.js";
import { type Cidr, networkOf, parseAddress, parseCidr } from "../../lib/cidr";
import type { Problem } from "../../lib/user-error";
import { chainProblems } from "./chain-problems";
import { isLinkName, isMtu } from "./link";
import type { DhcpIpam, HostLocalIpam, MacvlanSpec, NetworkRoute, StaticIpam } from "./nad";
import { sharedAddresses } from "./shared-addresses";

/** Everything that is wrong with the networks of a program, alone and together. */
export function networkProblems(networks: readonly MacvlanSpec[]): Problem[] {
  // What a network gives out can be told only where it is right by itself.
  const right = networks.filter((spec) => ownProblems(spec).length === 0);
  return [...networks.flatMap(ownProblems), ...doubled(networks), ...sharedAddresses(right)];
}

/** A check of one field: a value that is there must pass. */
type Check = (field: string, value: string | undefined, ok: (value: string) => boolean, rule: string) => Problem[];

function ownProblems(spec: MacvlanSpec): Problem[] {
  const { network, master, mtu, ipam, dns } = spec;
  const check: Check = (field, value, ok, rule) =>
    value === undefined || ok(value) ? [] : [{ field: `network ${network}: ${field}`, value, rule }];
  return [
    ...check("name", network, isName, "must be 1 to 63 lower-case letters, digits and inner dashes"),
    ...check("master", master, isLinkName, "must be the name of a network interface, at most 15 characters"),
    ...check("mtu", mtu?.toString(), isMtu, "must be a whole number of bytes from 68 to 65535"),
    ...(dns?.nameservers ?? []).flatMap((server) =>
      check("dns.nameservers", server, ipaddr.isValid, "must be an IP address"),
    ),
    ...ipamProblems(ipam, check),
    ...chainProblems(spec),
  ];
}

function ipamProblems(ipam: MacvlanSpec["ipam"], check: Check): Problem[] {
  switch (ipam.type) {
    case "host-local":
      return hostLocalProblems(ipam, check);
    case "dhcp":
      return dhcpProblems(ipam, check);
    case "static":
      return staticProblems(ipam, check);
  }
}

function hostLocalProblems(ipam: HostLocalIpam, check: Check): Problem[] {
  const subnet = parseCidr(ipam.subnet);
  if (subnet === undefined || subnet.prefix > 30) {
    return check("subnet", ipam.subnet, () => false, "must be an IPv4 network with a prefix of at most /30");
  }
  const inside = (address: string) => within([subnet], address);
  const rule = `must be an address in the subnet ${subnet.text}`;
  const [first, last] = [ipam.rangeStart, ipam.rangeEnd].map((end) =>
    end === undefined ? undefined : parseAddress(end),
  );
  return [
    ...check("rangeStart", ipam.rangeStart, inside, rule),
    ...check("rangeEnd", ipam.rangeEnd, inside, rule),
    ...check(
      "rangeEnd",
      ipam.rangeEnd,
      () => first === undefined || last === undefined || first <= last,
      `must not come before rangeStart (${ipam.rangeStart})`,
    ),
    ...check("gateway", ipam.gateway, inside, rule),
    ...routeProblems(ipam.routes, [subnet], check),
  ];
}

function staticProblems({ addresses = [], routes }: StaticIpam, check: Check): Problem[] {
  const subnets = addresses.flatMap(({ address }) => networkOf(address) ?? []);
  return [
    ...addresses.flatMap(({ address, gateway }) => {
      const subnet = networkOf(address);
      return subnet === undefined
        ? check("addresses", address, () => false, "must be an IPv4 address with its prefix, for example 10.10.30.5/24")
        : check(
            "gateway",
            gateway,
            (text) => within([subnet], text),
            `must be an address in the subnet ${subnet.text}`,
          );
    }),
    // A pod may name other addresses, on other networks: only where none stand here is nothing known.
    ...routeProblems(routes, subnets.length === 0 ? undefined : subnets, check),
  ];
}

/** The options that the dhcp plugin knows by name. */
const optionNames = [
  "dhcp-client-identifier",
  "host-name",
  "routers",
  "subnet-mask",
  "user-class",
  "vendor-class-identifier",
];

function dhcpProblems({ request = [], provide = [], routes }: DhcpIpam, check: Check): Problem[] {
  const known = (option: string) =>
    optionNames.includes(option) || (/^[1-9]\d{0,2}$/.test(option) && Number(option) <= 254);
  const rule = `must be the number of a DHCP option, from 1 to 254, or one of: ${optionNames.join(", ")}`;
  return [
    ...request.flatMap((option) => check("request", option, known, rule)),
    ...provide.flatMap(({ option }) => check("provide", option, known, rule)),
    ...provide.flatMap((given) =>
      check(
        `provide ${given.option}`,
        "value" in given ? given.value : undefined,
        (text) => Buffer.byteLength(text) <= 255,
        "must be at most 255 bytes long",
      ),
    ),
    ...routeProblems(routes, undefined, check),
  ];
}

/** @param subnets where a gateway may be; undefined where nobody can tell beforehand */
function routeProblems(
  routes: readonly NetworkRoute[] | undefined,
  subnets: readonly Cidr[] | undefined,
  check: Check,
): Problem[] {
  const neighbour = subnets === undefined ? "" : ` in ${subnets.map(({ text }) => text).join(" or ")}`;
  return (routes ?? []).flatMap(({ dst, gw }) => [
    ...check("routes", dst, (text) => parseCidr(text) !== undefined, "must be an IPv4 network, for example 0.0.0.0/0"),
    ...check(
      `route to ${dst}`,
      gw,
      (text) => (subnets === undefined ? parseAddress(text) !== undefined : within(subnets, text)),
      `must be an address${neighbour}`,
    ),
  ]);
}

function doubled(networks: readonly MacvlanSpec[]): Problem[] {
  const names = networks.map(({ network }) => network);
  return [...new Set(names.filter((name, i) => names.indexOf(name) < i))].map((name) => ({
    field: `network ${name}`,
    rule: "must be unique: two networks have this name",
  }));
}

/** True for an address that one of the networks has for a host: not its own, not its broadcast address. */
function within(subnets: readonly Cidr[], address: string): boolean {
  const value = parseAddress(address);
  return value !== undefined && subnets.some(({ first, last }) => first < value && value < last);
}

function isName(text: string): boolean {
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text);
}
