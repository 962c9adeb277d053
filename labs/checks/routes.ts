import { contains, parseCidr } from "../../lib/cidr";

/** A way of a pod: the network that it is for, and the interface that it takes. */
interface Way {
  readonly prefix: number;
  readonly holds: (address: string) => boolean;
  readonly link: string;
}

/** A pod of the cluster's list, or what is found in a network namespace of the node. */
interface Known {
  readonly services: string[];
  readonly pods: Map<string, string>;
  readonly namespaces: { eth0?: string; readonly ways: Way[] }[];
}

/**
 * The pods whose own routing table sends what is for a Service or another pod by another interface than eth0, each with
 * the first such address; `none` where there is none. Read are, one after another: a line for each pod (its namespace,
 * name, address, and `<none>` unless it is on its node's network), a line for each Service (its address), and for each
 * network namespace a line `netns`, the address of eth0 and the main table. Namespaces of no pod in the list are passed over.
 */
export function astrayByRoutes(text: string): string {
  const { services, pods, namespaces } = readAll(text);
  const wanted = [...services.map((address) => ({ address, is: "a Service" })), ...peersOf(pods)];
  const found = namespaces.flatMap(({ eth0, ways }) => {
    const pod = eth0 === undefined ? undefined : pods.get(eth0);
    if (pod === undefined) return [];
    for (const { address, is } of wanted) {
      const link = wayTo(ways, address)?.link;
      if (link !== undefined && link !== "eth0" && address !== eth0) return [`${pod} (${address}, ${is}, by ${link})`];
    }
    return [];
  });
  return found.length === 0 ? "none" : found.sort().join(", ");
}

/** How many network namespaces of the same text belong to a pod of its list. */
export function podsLookedAt(text: string): string {
  const { pods, namespaces } = readAll(text);
  return String(namespaces.filter(({ eth0 }) => eth0 !== undefined && pods.has(eth0)).length);
}

function peersOf(pods: ReadonlyMap<string, string>) {
  return [...pods.keys()].map((address) => ({ address, is: "a pod" }));
}

/** The longest prefix counts; of two of the same length the one that the kernel lists first. */
function wayTo(ways: readonly Way[], address: string): Way | undefined {
  return ways
    .filter(({ holds }) => holds(address))
    .reduce<Way | undefined>((best, way) => (best === undefined || way.prefix > best.prefix ? way : best), undefined);
}

function readAll(text: string): Known {
  const known: Known = { services: [], pods: new Map(), namespaces: [] };
  for (const line of text.split("\n")) {
    if (/^netns\b/.test(line)) known.namespaces.push({ ways: [] });
    else if (known.namespaces.length === 0) readListed(known, line.trim().split(/\s+/));
    else readNamespace(known.namespaces.at(-1), line);
  }
  return known;
}

function readListed({ services, pods }: Known, words: readonly string[]): void {
  const [namespace = "", name = "", address = "", onNode] = words;
  if (words.length === 1 && isAddress(namespace)) services.push(namespace);
  else if (onNode === "<none>" && isAddress(address)) pods.set(address, `${namespace}/${name}`);
}

function readNamespace(namespace: Known["namespaces"][number] | undefined, line: string): void {
  if (namespace === undefined) return;
  const own = /\beth0\s+inet ([\d.]+)\//.exec(line)?.[1];
  if (own !== undefined) {
    namespace.eth0 ??= own;
    return;
  }
  const [, to = "", link] = /^(default|[\d.]+(?:\/\d+)?) .*?\bdev (\S+)/.exec(line) ?? [];
  const cidr = parseCidr(to === "default" ? "0.0.0.0/0" : to.includes("/") ? to : `${to}/32`);
  if (link === undefined || cidr === undefined) return;
  namespace.ways.push({ prefix: cidr.prefix, holds: (address) => contains(cidr, address), link });
}

function isAddress(text: string): boolean {
  return /^\d+(\.\d+){3}$/.test(text);
}
