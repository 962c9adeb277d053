import ipaddr from "ipaddr.js";

/** An IPv4 network, as `address/prefix` with no bit set behind the prefix. */
export interface Cidr {
  /** The network as written: `10.244.0.0/16`. */
  readonly text: string;
  /** The first address of the network, as a number. */
  readonly first: number;
  /** The last address of the network, as a number. */
  readonly last: number;
  /** The length of the prefix in bits. */
  readonly prefix: number;
}

/**
 * Reads an IPv4 network in strict CIDR form.
 *
 * @returns undefined when `text` is no network: no prefix, an octet left out, or bits set behind the prefix.
 */
export function parseCidr(text: string): Cidr | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/.test(text) || !ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) {
    return undefined;
  }
  const [address, prefix] = ipaddr.IPv4.parseCIDR(text);
  const first = toNumber(address);
  if (first !== toNumber(ipaddr.IPv4.networkAddressFromCIDR(text))) {
    return undefined;
  }
  return { text, first, last: toNumber(ipaddr.IPv4.broadcastAddressFromCIDR(text)), prefix };
}

/** The network of an IPv4 address with its prefix: 10.10.30.0/24 of 10.10.30.5/24; undefined when `text` is none. */
export function networkOf(text: string): Cidr | undefined {
  if (!/^[\d.]+\/\d{1,2}$/.test(text) || !ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) {
    return undefined;
  }
  return parseCidr(`${ipaddr.IPv4.networkAddressFromCIDR(text)}/${text.split("/")[1]}`);
}

/** True when the two networks share an address. */
export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** An IPv4 address (dotted quad) as a number; undefined when `text` is none. */
export function parseAddress(text: string): number | undefined {
  return ipaddr.IPv4.isValidFourPartDecimal(text) ? toNumber(ipaddr.IPv4.parse(text)) : undefined;
}

/** True when `address` (dotted quad) lies in the network. */
export function contains(network: Cidr, address: string): boolean {
  const value = toNumber(ipaddr.IPv4.parse(address));
  return network.first <= value && value <= network.last;
}

/**
 * The `n`th address of a network, counted from its first: `hostAddress(172.28.7.0/24, 11)` is 172.28.7.11.
 *
 * @throws RangeError when the network has no such address.
 */
export function hostAddress(network: Cidr, n: number): string {
  const value = network.first + n;
  if (n < 0 || value > network.last) {
    throw new RangeError(`${network.text} has no address number ${n}`);
  }
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join(".");
}

function toNumber(address: ipaddr.IPv4): number {
  return address.toByteArray().reduce((value, octet) => value * 256 + octet, 0);
}
