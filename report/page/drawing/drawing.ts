import type { Topology } from "../../topology/seen";
import { type Html, html } from "../html";
import { andList, count } from "../words";
import type { Fault } from "./faults";
import { type Layout, layOut } from "./layout";
import type { NodeNetwork } from "./node-network";
import { nodeFrame, nodeParts } from "./parts";
import { box, wire, words } from "./shapes";
import { lanWires, lostWays, nodeWires, pipes } from "./wires";

/**
 * The network as an SVG picture, with what is broken in red and numbered as in the list of faults.
 *
 * @param master the nodes' interface that second interfaces ride on
 */
export function drawTopology(
  nodes: readonly NodeNetwork[],
  { dhcpServer }: Topology,
  faults: readonly Fault[],
  master: string,
): Html {
  const layout = layOut(nodes, dhcpServer !== undefined);
  const { width, height, columns, layers } = layout;
  return html`<svg class="topology" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="topology-title topology-desc">
<title id="topology-title">The network of the stack</title>
<desc id="topology-desc">${describe(nodes, faults)}</desc>
${layers.map(({ name, y }) => words("layer", 0, y + 4, name))}
${columns.map((column) => nodeFrame(column, faults))}
${pipes(layout)}
${lanWires(layout)}
${columns.map((column) => nodeWires(column, faults, master))}
${columns.map((column) => nodeParts(column, faults))}
${lans(nodes, layout, master)}
${dhcpServer === undefined ? undefined : server(dhcpServer.addresses, layout, master)}
${lostWays(layout, faults)}
</svg>`;
}

/** The picture in words. */
function describe(nodes: readonly NodeNetwork[], faults: readonly Fault[]): string {
  const each = nodes.map(({ name, address, pods, bridges, tunnels, nics }) => {
    const parts = [...bridges, ...tunnels, ...nics].map((part) => part.name);
    const rest = parts.length === 0 ? "nothing else was seen" : andList(parts);
    return `${name} (${address}): ${count(pods.length, "pod")}, ${rest}.`;
  });
  const wrong = faults.map(({ says }, i) => `${i + 1}: ${says}.`);
  const start =
    "Nodes side by side; on each, from top to bottom: pods, bridge, tunnel, interfaces; below them the LAN.";
  return [start, ...each, ...wrong].join(" ");
}

/** The LANs that the nodes' interfaces are on, with the networks that ride on them. */
function lans(nodes: readonly NodeNetwork[], layout: Layout, master: string): Html[] {
  const ips = nodes.flatMap(({ pods }) => pods.flatMap(({ pod }) => pod.networks.flatMap((network) => network.ips)));
  const riding = andList([...new Set(ips.map((ip) => ip.replace(/\.\d+(?:\/\d+)?$/, ".0/24")))].sort());
  return layout.lans.map(({ nic, box: at }) => {
    const address = nodes.flatMap(({ nics }) => nics.find(({ name }) => name === nic)?.addresses ?? [])[0];
    const also = nic === master && riding !== "" ? `; by macvlan also ${riding}` : "";
    const name = `LAN of ${nic}${also}`;
    const network = address?.replace(/\.\d+\/24$/, ".0/24");
    return box("lan", at, { name, address: network, title: `${name}, ${network ?? "no address"}` });
  });
}

function server(addresses: readonly string[], { lans, columns }: Layout, master: string): Html {
  const lan = (lans.find(({ nic }) => nic === master) ?? lans[0])?.box;
  if (lan === undefined) return html``;
  const bottom = Math.max(...lans.map(({ box: at }) => at.y + at.height));
  const at = { x: lan.x, y: bottom + 28, width: columns[0]?.frame.width ?? 300, height: 46 };
  const label = { name: "DHCP server", second: andList(addresses), title: `DHCP server, ${andList(addresses)}` };
  return html`${wire("lan", [
    [at.x + 34, lan.y + lan.height],
    [at.x + 34, at.y],
  ])}${box("server", at, label)}`;
}
