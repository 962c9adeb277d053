import ipaddr from "ipaddr.js";

/** The network that an address with its prefix lies in: `10.244.1.5/24` is in `10.244.1.0/24`. Other text stays as it is. */
export function networkOf(text: string): string {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) return text;
  return `${ipaddr.IPv4.networkAddressFromCIDR(text)}/${text.split("/")[1]}`;
}

/** The distinct values of a field in a text of JSON objects, one a line, sorted and joined by commas. */
export function distinctField(field: string): (text: string) => string {
  return (text) => {
    const values = text.split("\n").flatMap((line) => {
      const value = fieldOf(line, field);
      return value === undefined ? [] : [value];
    });
    return [...new Set(values)].sort().join(",");
  };
}

function fieldOf(line: string, field: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed !== "object" || parsed === null || !Object.hasOwn(parsed, field)) return undefined;
    return String((parsed as Record<string, unknown>)[field]);
  } catch {
    return undefined;
  }
}

/**
 * The nodes that a Weave router is connected with and its own, sorted and joined by commas, out of its list of peers:
 * a line for each peer, its name first and the node's in brackets, and below it one for each of its connections.
 * A node counts when the connections to and from all others are established, as those others see it too.
 */
export function connectedNodes(text: string): string {
  const peers = new Map<string, Set<string>>();
  let current = new Set<string>();
  for (const line of text.split("\n")) {
    const node = /\(([^)]+)\)/.exec(line)?.[1];
    if (node === undefined) continue;
    if (/^\S/.test(line)) {
      current = new Set();
      peers.set(node, current);
    } else if (/ established\s*$/.test(line)) {
      current.add(node);
    }
  }
  const nodes = [...peers.keys()];
  return nodes
    .filter((node) => nodes.every((other) => other === node || (peers.get(node)?.has(other) ?? false)))
    .sort()
    .join(",");
}
