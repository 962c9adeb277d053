import type { Verdict } from "../../../checks/engine/verdict";
import { cnisWithRouter, residues } from "../../../components/cni/registry";
import type { Topology } from "../../topology/seen";
import { deafHops, type LostPair, lostPairs } from "../matrix";
import { andList } from "../words";
import { isSharedBridge, type NodeNetwork, nodeNetworks, routeTo } from "./node-network";

/** A part of the drawing, by where it is. */
export type Place =
  | { readonly kind: "node"; readonly node: string }
  | { readonly kind: "pod"; readonly node: string; readonly name: string }
  | { readonly kind: "link"; readonly node: string; readonly name: string }
  /** Between a node's bridge and its tunnel: its routes, and its FORWARD chain. */
  | { readonly kind: "hop"; readonly node: string; readonly bridge: string }
  /** Between two nodes. */
  | { readonly kind: "way"; readonly node: string; readonly to: string };

/** Something in the network that does not carry packets as it should, or as one may think it does. */
export interface Fault {
  readonly at: readonly Place[];
  /** A sentence. */
  readonly says: string;
  /** `broken` is to be mended; a `limit` is how this network is. */
  readonly kind: "broken" | "limit";
}

/** A place as a word, for looking up. */
export function placeKey(place: Place): string {
  const parts = [place.kind, place.node];
  if (place.kind === "pod" || place.kind === "link") parts.push(place.name);
  if (place.kind === "hop") parts.push(place.bridge);
  if (place.kind === "way") parts.push(place.to);
  return parts.join(" ");
}

/**
 * All that is wrong with a network, as far as the snapshot shows it, and then what only the checks show.
 *
 * @param cni the CNI that the stack is set to
 */
export function findFaults(topology: Topology, verdict: Verdict, cni: string | undefined): readonly Fault[] {
  const nodes = nodeNetworks(topology);
  const seen = nodes.filter((node) => node.seen);
  const located = [
    ...seen.flatMap(nodeFaults),
    ...conflistFaults(seen, cni),
    ...sharedFaults(seen),
    ...pairsOf(seen).flatMap(([from, to]) => routeFaults(from, to)),
    ...sharedNet1(nodes),
  ];
  return [...located, ...lostPairs(verdict).flatMap((pair) => unlocated(pair, located)), ...deaf(nodes, verdict)];
}

function broken(says: string, ...at: readonly Place[]): Fault {
  return { at, says, kind: "broken" };
}

/** What one node shows by itself. */
function nodeFaults(node: NodeNetwork): Fault[] {
  const { name } = node;
  const faults: Fault[] = [];
  for (const link of [...node.bridges, ...node.tunnels, ...node.nics].filter(({ up }) => !up)) {
    faults.push(broken(`${link.name} is down on ${name}`, { kind: "link", node: name, name: link.name }));
  }
  for (const { pod, bridge } of node.pods) {
    const at: Place = { kind: "pod", node: name, name: pod.name };
    if (pod.ip === undefined) {
      const networks = pod.asksFor.length === 0 ? "" : `; it asks for ${pod.asksFor.join(", ")}`;
      faults.push(broken(`${pod.name} on ${name} has no address: ${pod.waiting ?? pod.phase}${networks}`, at));
    } else if (bridge === undefined && node.bridges.some(({ network }) => network !== undefined)) {
      faults.push(broken(`${pod.name} has ${pod.ip}, which is of no network that ${name} has now`, at));
    }
  }
  for (const { cni, router, line } of node.lostConnections) {
    faults.push(broken(`${cni.title} on ${name}: ${line}`, { kind: "link", node: name, name: router }));
  }
  return [...faults, ...forwardFaults(node)];
}

/** The file that a runtime takes must be there, and that of the CNI that the stack is set to. */
function conflistFaults(nodes: readonly NodeNetwork[], cni: string | undefined): Fault[] {
  const files = [...new Set(nodes.map(({ conflist }) => conflist))];
  return files.flatMap((file) => {
    const names = nodes.filter(({ conflist }) => conflist === file).map(({ name }) => name);
    const places = names.map((node): Place => ({ kind: "node", node }));
    if (file === undefined) return [broken(`no CNI is configured on ${andList(names)}`, ...places)];
    const owner = ownerOf(file);
    if (owner === undefined || cni === undefined || cni === owner) return [];
    return [
      broken(`new pods of ${andList(names)} get their network by ${file}, and the stack is set to ${cni}`, ...places),
    ];
  });
}

/** The CNI whose file in the folder of the conflists this is. */
function ownerOf(file: string): string | undefined {
  return residues().find(({ conflist }) => conflist === file)?.cni;
}

/** Where the FORWARD chain drops by default, some rule must let in what comes out of a tunnel. */
function forwardFaults({ name, forward, tunnels }: NodeNetwork): Fault[] {
  if (!forward.includes("-P FORWARD DROP")) return [];
  return tunnels
    .filter((tunnel) => tunnel.bridge !== undefined && !isSharedBridge(tunnel.bridge))
    .filter((tunnel) => !forward.some((rule) => letsIn(rule, tunnel.name, tunnel.bridge ?? "")))
    .map((tunnel) =>
      broken(
        `the FORWARD chain of ${name} drops by default, and no rule accepts packets from ${tunnel.name} to ${tunnel.bridge}`,
        { kind: "hop", node: name, bridge: tunnel.bridge ?? "" },
      ),
    );
}

function letsIn(rule: string, from: string, to: string): boolean {
  if (/-j FLANNEL-FWD\b/.test(rule)) return true;
  if (!/-j ACCEPT\b/.test(rule) || /--ctstate|--mark/.test(rule)) return false;
  const [, input] = / -i (\S+)/.exec(rule) ?? [];
  const [, output] = / -o (\S+)/.exec(rule) ?? [];
  return (input === undefined || input === from) && (output === undefined || output === to);
}

/** What nodes must not share. */
function sharedFaults(nodes: readonly NodeNetwork[]): Fault[] {
  const subnets = shared(
    nodes.flatMap((node) =>
      node.bridges
        .filter(({ isShared }) => !isShared)
        .map(({ name, network }) => ({ node: node.name, value: network?.text, link: name })),
    ),
  ).map(({ value, each, names }) =>
    broken(`${names} have the same pod network ${value}`, ...each.map(({ node, link }) => linkPlace(node, link))),
  );
  const outers = shared(
    nodes.flatMap((node) => node.tunnels.map(({ name, outer }) => ({ node: node.name, value: outer, link: name }))),
  ).map(({ value, each, names }) =>
    broken(`the tunnels of ${names} all send as ${value}`, ...each.map(({ node, link }) => linkPlace(node, link))),
  );
  // Where a router tells its peers apart by it.
  const byId = cnisWithRouter.filter(({ machineIds }) => machineIds === "identity");
  const named = nodes.filter(({ bridges }) => byId.some(({ bridge }) => bridges.some(({ name }) => name === bridge)));
  const ids = shared(
    named.map((node) => ({ node: node.name, value: node.machineId || undefined, link: node.name })),
  ).map(({ each, names }) =>
    broken(`${names} have the same /etc/machine-id`, ...each.map(({ node }): Place => ({ kind: "node", node }))),
  );
  return [...subnets, ...outers, ...ids];
}

interface Holder {
  readonly node: string;
  readonly value: string | undefined;
  readonly link: string;
}

function shared(holders: readonly Holder[]) {
  const values = [...new Set(holders.flatMap(({ value }) => value ?? []))];
  return values
    .map((value) => ({ value, each: holders.filter((holder) => holder.value === value) }))
    .filter(({ each }) => new Set(each.map(({ node }) => node)).size > 1)
    .map((found) => ({ ...found, names: andList(found.each.map(({ node }) => node)) }));
}

function linkPlace(node: string, name: string): Place {
  return { kind: "link", node, name };
}

function pairsOf<T>(all: readonly T[]): [T, T][] {
  return all.flatMap((from) => all.filter((to) => to !== from).map((to): [T, T] => [from, to]));
}

/** A node needs a route to the pod network of every other, where each has its own. */
function routeFaults(from: NodeNetwork, to: NodeNetwork): Fault[] {
  const bridge = from.bridges.find(({ isShared }) => !isShared);
  const network = to.bridges.find(({ isShared }) => !isShared)?.network;
  const own = from.bridges.some((each) => each.network?.text === network?.text);
  if (bridge === undefined || network === undefined || own) return [];
  const route = routeTo(network.text.replace(/\/.*/, ""), from.routes);
  if (route !== undefined && route.dst !== "default") return [];
  const instead = route === undefined ? "" : `; they leave by the default route (${route.gateway ?? ""} ${route.dev})`;
  return [
    broken(`${from.name} has no route to ${network.text}, the pods of ${to.name}${instead}`, {
      kind: "hop",
      node: from.name,
      bridge: bridge.name,
    }),
  ];
}

/** One address on a LAN is one pod's. */
function sharedNet1(nodes: readonly NodeNetwork[]): Fault[] {
  const holders = nodes.flatMap((node) =>
    node.pods.flatMap(({ pod }) =>
      pod.networks.flatMap((network) =>
        network.ips.map((ip) => ({
          node: node.name,
          pod: pod.name,
          on: network.interface,
          ip: ip.replace(/\/.*/, ""),
        })),
      ),
    ),
  );
  return [...new Set(holders.map(({ ip }) => ip))]
    .map((ip) => holders.filter((holder) => holder.ip === ip))
    .filter((each) => each.length > 1)
    .map((each) =>
      broken(
        `${andList(each.map(({ pod }) => pod))} have the same address ${each[0]?.ip} on ${each[0]?.on}`,
        ...each.map(({ node, pod }): Place => ({ kind: "pod", node, name: pod })),
      ),
    );
}

/** A pair that loses packets although nothing is seen to be wrong at either end. */
function unlocated({ from, to, says }: LostPair, located: readonly Fault[]): Fault[] {
  const ends = [from, to];
  const known = located.some(({ at }) => at.some(({ kind, node }) => kind !== "pod" && ends.includes(node)));
  return known ? [] : [broken(says, { kind: "way", node: from, to })];
}

/** Multicast that nodes hear among themselves only. */
function deaf(nodes: readonly NodeNetwork[], verdict: Verdict): Fault[] {
  const { names, expected } = deafHops(verdict);
  const at = nodes
    .filter(({ name }) => names.includes(name))
    .flatMap((node) => node.bridges.map((bridge): Place => ({ kind: "hop", node: node.name, bridge: bridge.name })));
  const says = "multicast ends here: pods of one node hear each other, and nobody hears a pod of another node";
  return at.length === 0 ? [] : [{ at, says, kind: expected ? "limit" : "broken" }];
}
