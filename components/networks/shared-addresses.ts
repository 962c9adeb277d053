import { type Cidr, hostAddress, networkOf, overlaps, parseAddress, parseCidr } from "../../lib/cidr";
import type { Problem } from "../../lib/user-error";
import type { MacvlanSpec } from "./nad";

/** Addresses that a network gives out, and the subnet that they are in. */
interface Span {
  readonly subnet: Cidr;
  readonly first: number;
  readonly last: number;
}

/** On one LAN an address may be given out once only. Networks may divide one subnet among them, by ranges. */
export function sharedAddresses(networks: readonly MacvlanSpec[]): Problem[] {
  const pairs = networks.flatMap((a, i) => networks.slice(i + 1).map((b): [MacvlanSpec, MacvlanSpec] => [a, b]));
  return pairs
    .filter(([a, b]) => a.master === b.master && spansOf(a).some((x) => spansOf(b).some((y) => clash(x, y))))
    .map(([a, b]) => ({
      field: `network ${b.network}`,
      value: textOf(spansOf(b)),
      rule: `must share no address with network ${a.network} (${textOf(spansOf(a))}), whose master is ${a.master} too`,
      fix: "give it another subnet, another master, or both a range of one subnet",
    }));
}

function clash(a: Span, b: Span): boolean {
  const sameSubnet = a.subnet.text === b.subnet.text;
  return sameSubnet ? a.first <= b.last && b.first <= a.last : overlaps(a.subnet, b.subnet);
}

function spansOf({ ipam }: MacvlanSpec): Span[] {
  switch (ipam.type) {
    case "host-local": {
      const subnet = parseCidr(ipam.subnet);
      return subnet === undefined
        ? []
        : [{ subnet, first: end(ipam.rangeStart) ?? subnet.first, last: end(ipam.rangeEnd) ?? subnet.last }];
    }
    case "static":
      return (ipam.addresses ?? []).flatMap(({ address }) => {
        const [subnet, own] = [networkOf(address), parseAddress(address.split("/")[0] ?? "")];
        return subnet === undefined || own === undefined ? [] : [{ subnet, first: own, last: own }];
      });
    case "dhcp":
      return [];
  }
}

function end(address: string | undefined): number | undefined {
  return address === undefined ? undefined : parseAddress(address);
}

function textOf(spans: readonly Span[]): string {
  return spans
    .map(({ subnet, first, last }) => {
      const [from, to] = [first, last].map((address) => hostAddress(subnet, address - subnet.first));
      return first === subnet.first && last === subnet.last ? subnet.text : from === to ? from : `${from}-${to}`;
    })
    .join(", ");
}
