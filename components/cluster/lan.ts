import { type Cidr, hostAddress, parseCidr } from "../../lib/cidr";

/** The address of node number 1 on the lab's LAN is .11, of number 2 .12, and so on. */
const firstNode = 11;

/** Most nodes a lab can have: the names n1 to n9 and addresses .11 to .19 stay clear of DHCP ranges. */
export const maxNodes = 9;

/**
 * The LAN that a stack gets unless its config names one: 172.28.N.0/24, N by a hash (FNV-1a) of the stack's name,
 * so that two stacks rarely meet and each keeps its network from run to run.
 */
export function defaultLan(stack: string): string {
  return `172.28.${fnv1a(stack) % 256}.0/24`;
}

/**
 * The port of this machine's loopback interface that leads to the API server of a lab with this LAN, where an engine
 * needs one: from 24576 to 32767, below those that Linux gives out by itself (ip_local_port_range).
 */
export function apiPortOf(lanCidr: string): number {
  return 24576 + (fnv1a(lanCidr) % 8192);
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, "utf8")) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash;
}

/** The names of a cluster's LANs in the container engine. */
export function lanNames(stack: string): { readonly first: string; readonly second: string } {
  return { first: `cni-lab-${stack}`, second: `cni-lab-${stack}-2` };
}

/** The names of a lab's nodes: n1, n2, ... */
export function nodeNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `n${i + 1}`);
}

/** The fixed address of a node on the LAN, counted from 0. */
export function nodeOnLan(lanCidr: string, index: number): string {
  return hostAddress(requireLan(lanCidr), firstNode + index);
}

/** The address that this machine has on the lab's LAN: the first one. */
export function hostOnLan(lanCidr: string): string {
  return hostAddress(requireLan(lanCidr), 1);
}

/** The address of the DHCP server's container on the lab's LAN: the second one. */
export function serverOnLan(lanCidr: string): string {
  return hostAddress(requireLan(lanCidr), 2);
}

/** The address of etcd's container on the lab's LAN: the third one. */
export function etcdOnLan(lanCidr: string): string {
  return hostAddress(requireLan(lanCidr), 3);
}

/** The address of the container that leads to the API server, on the lab's LAN: the fourth one. */
export function apiDoorOnLan(lanCidr: string): string {
  return hostAddress(requireLan(lanCidr), 4);
}

function requireLan(lanCidr: string): Cidr {
  const lan = parseCidr(lanCidr);
  if (lan === undefined) {
    throw new RangeError(`${lanCidr} is not an IPv4 network`);
  }
  return lan;
}
