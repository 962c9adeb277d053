import { type Html, html } from "../html";
import type { Fault, Place } from "./faults";
import type { Column } from "./layout";
import type { Bridge, DrawnPod, NodeLink, Tunnel } from "./node-network";
import { type Box, box, words } from "./shapes";
import { badges, stateOf } from "./state";

/** What holds a node's parts, with what is known of the node itself. */
export function nodeFrame({ node, frame }: Column, faults: readonly Fault[]): Html {
  const { name, address, conflist, hostPods, seen } = node;
  const own: Place = { kind: "node", node: name };
  const [top, left, right] = [frame.y, frame.x + 14, frame.x + frame.width - 14];
  const host = seen ? `${hostPods.length} pods on the node's own network` : "the node did not answer";
  return html`<g class="node ${stateOf(own, faults).tone}">
<rect class="frame" x="${frame.x}" y="${top}" width="${frame.width}" height="${frame.height}" rx="8"/>
${words("node-name", left, top + 27, name)}
${words("mono", left, top + 47, address)}
${words("small end", right, top + 27, host)}
${words("small end", right, top + 47, conflist === undefined ? "" : `CNI by ${conflist}`)}
${badges(right, top, own, faults)}
</g>`;
}

/** A node's pods, bridges, tunnels and interfaces. */
export function nodeParts(column: Column, faults: readonly Fault[]): Html {
  const { node, frame, pods, more } = column;
  const last = pods.at(-1)?.box ?? frame;
  return html`<g>
${pods.map(({ drawn, box: at }) => podPart(drawn, at, node.name, faults))}
${more > 0 ? words("small", last.x, last.y + last.height + 16, `and ${more} more`) : undefined}
${links(column, "bridge", column.bridges, node.bridges, faults)}
${links(column, "tunnel", column.tunnels, node.tunnels, faults)}
${links(column, "nic", column.nics, node.nics, faults)}
</g>`;
}

function links(
  { node }: Column,
  kind: string,
  places: Column["nics"],
  parts: readonly (NodeLink & Partial<Bridge & Tunnel>)[],
  faults: readonly Fault[],
): Html[] {
  return places.flatMap(({ name, box: at }, i) => {
    const part = parts[i];
    const place: Place = { kind: "link", node: node.name, name };
    if (part === undefined) return [];
    return [box(kind, at, labelOf(part), stateOf(place, faults).tone), ...badges(at.x + at.width, at.y, place, faults)];
  });
}

function labelOf({ name, addresses, up, ports, how, outer, underlay }: NodeLink & Partial<Bridge & Tunnel>) {
  const second =
    ports === undefined
      ? [how, outer === undefined ? undefined : `from ${outer}`].filter((part) => part !== undefined).join(", ")
      : `bridge, ${ports} ${ports === 1 ? "port" : "ports"}`;
  const by = underlay === undefined ? undefined : `by ${underlay}`;
  const state = up ? "" : " (down)";
  return {
    name: `${name}${state}`,
    address: addresses[0],
    second: second === "" ? undefined : second,
    title: [`${name}${state}`, ...addresses, second, by].filter((part) => part).join(", "),
  };
}

function podPart({ pod }: DrawnPod, at: Box, node: string, faults: readonly Fault[]): Html {
  const place: Place = { kind: "pod", node, name: pod.name };
  const others = pod.networks.map((network) => `${network.interface} ${network.ips.join(", ")}`).join("; ");
  const second = pod.ip === undefined ? (pod.waiting ?? pod.phase) : others === "" ? undefined : others;
  const title = [`${pod.namespace}/${pod.name}`, pod.ip ?? "no address", others, pod.ready ? "ready" : "not ready"];
  const label = { name: pod.name, address: pod.ip, second, title: title.filter((part) => part !== "").join(", ") };
  return html`${box("pod", at, label, stateOf(place, faults).tone)}${badges(at.x + at.width, at.y, place, faults)}`;
}
