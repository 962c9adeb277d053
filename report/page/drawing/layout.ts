import type { DrawnPod, NodeLink, NodeNetwork } from "./node-network";
import type { Box } from "./shapes";

const labels = 78;
const column = { width: 324, more: 180, gap: 30, gutter: 36, rim: 26 } as const;
const gap = { layer: 34, hop: 46, pod: 6 } as const;
const height = { top: 12, head: 62, pod: 28, podOfTwo: 46, more: 20, part: 46, nic: 30, lan: 30 } as const;

/** At most so many pods are drawn on a node; the table below the drawing has all. */
const mostPods = 10;

/** A node's column with the boxes of its parts. */
export interface Column {
  readonly node: NodeNetwork;
  readonly frame: Box;
  readonly pods: readonly { readonly drawn: DrawnPod; readonly box: Box }[];
  /** How many pods there was no room for. */
  readonly more: number;
  readonly bridges: readonly { readonly name: string; readonly box: Box }[];
  readonly tunnels: readonly { readonly name: string; readonly box: Box }[];
  readonly nics: readonly { readonly name: string; readonly box: Box }[];
  /** Where the wires of pods to their bridge go down, one for each bridge. */
  readonly busX: readonly number[];
  /** Where the wire of second interfaces goes down. */
  readonly net1X: number;
}

/** The LAN that the interfaces of one name are on. */
export interface Lan {
  readonly nic: string;
  readonly box: Box;
}

/** Where everything is. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly columns: readonly Column[];
  readonly lans: readonly Lan[];
  /** Names of the layers, with the middle of each. */
  readonly layers: readonly { readonly name: string; readonly y: number }[];
}

/** Places the nodes side by side and their layers from top to bottom, so that each layer has one height. */
export function layOut(nodes: readonly NodeNetwork[], hasServer: boolean): Layout {
  const shown = nodes.map(({ pods }) => pods.slice(0, mostPods));
  const more = nodes.some(({ pods }) => pods.length > mostPods) ? height.more : 0;
  const podsHeight = Math.max(height.pod, ...shown.map((pods) => sum(pods.map(podHeight), gap.pod))) + more;
  const has = {
    bridges: nodes.some((each) => each.bridges.length > 0),
    tunnels: nodes.some(({ tunnels }) => tunnels.length > 0),
  };
  const y = { pods: height.top + height.head + 18, bridges: 0, tunnels: 0, nics: 0 };
  y.bridges = y.pods + podsHeight + gap.layer;
  y.tunnels = y.bridges + (has.bridges ? height.part + gap.hop : 0);
  y.nics = y.tunnels + (has.tunnels ? height.part + gap.layer : 0);
  const bottom = y.nics + height.nic + 14;
  const wide = columnWidth(nodes);
  const columns = nodes.map((node, i) =>
    columnOf(node, { x: labels + i * (wide + column.gap), width: wide }, y, bottom),
  );
  const width = labels + nodes.length * (wide + column.gap) - column.gap + 2;
  const lans = [...new Set(nodes.flatMap(({ nics }) => nics.filter(isOnLan(nodes)).map(({ name }) => name)))]
    .sort()
    .map(
      (nic, i): Lan => ({
        nic,
        box: {
          x: labels,
          y: bottom + gap.layer + i * (height.lan + 14),
          width: width - labels - 2,
          height: height.lan,
        },
      }),
    );
  const end = Math.max(bottom, ...lans.map(({ box }) => box.y + box.height));
  return {
    width,
    height: end + (hasServer ? gap.layer + height.part : 0) + 12,
    columns,
    lans,
    layers: [
      { name: "pods", y: y.pods + 14 },
      ...(has.bridges ? [{ name: "bridge", y: y.bridges + height.part / 2 }] : []),
      ...(has.tunnels ? [{ name: "tunnel", y: y.tunnels + height.part / 2 }] : []),
      { name: "interface", y: y.nics + height.nic / 2 },
      ...lans.slice(0, 1).map(({ box }) => ({ name: "LAN", y: box.y + box.height / 2 })),
    ],
  };
}

/** An interface whose address every node has leads to a network of each node's own, as the NAT of a virtual machine. */
export function isOnLan(nodes: readonly NodeNetwork[]): (nic: NodeLink) => boolean {
  return ({ name, addresses }) => {
    const others = nodes.flatMap(({ nics }) =>
      nics.filter((nic) => nic.name === name && nic.addresses[0] === addresses[0]),
    );
    return addresses.length === 0 || others.length === 1;
  };
}

/** Parts of one layer stand side by side: two bridges while a CNI is swapped, two interfaces on a node with a NAT. */
function columnWidth(nodes: readonly NodeNetwork[]): number {
  const most = Math.max(
    1,
    ...nodes.flatMap(({ bridges, tunnels, nics }) => [bridges, tunnels, nics].map((row) => row.length)),
  );
  return column.width + (most - 1) * column.more;
}

function columnOf(
  node: NodeNetwork,
  { x, width: wide }: Pick<Box, "x" | "width">,
  y: Readonly<Record<"pods" | "bridges" | "tunnels" | "nics", number>>,
  bottom: number,
): Column {
  let podY = y.pods;
  const pods = node.pods.slice(0, mostPods).map((drawn) => {
    const box = {
      x: x + column.gutter,
      y: podY,
      width: wide - column.gutter - column.rim,
      height: podHeight(drawn),
    };
    podY += box.height + gap.pod;
    return { drawn, box };
  });
  const row = (items: readonly { readonly name: string }[], top: number, size: number, rim: number) => {
    const width = wide - 10 - rim;
    const each = (width - (items.length - 1) * 8) / Math.max(1, items.length);
    return items.map(({ name }, i) => ({
      name,
      box: { x: x + 10 + i * (each + 8), y: top, width: each, height: size },
    }));
  };
  return {
    node,
    frame: { x, y: height.top, width: wide, height: bottom - height.top },
    pods,
    more: node.pods.length - pods.length,
    bridges: row(node.bridges, y.bridges, height.part, column.rim),
    tunnels: row(node.tunnels, y.tunnels, height.part, column.rim),
    nics: row(node.nics, y.nics, height.nic, 10),
    busX: node.bridges.map((_, i) => x + 24 - i * 8),
    net1X: x + wide - 13,
  };
}

/** A pod with a second interface, or without an address, has a line more to tell. */
function podHeight({ pod }: DrawnPod): number {
  return pod.networks.length > 0 || pod.ip === undefined ? height.podOfTwo : height.pod;
}

function sum(sizes: readonly number[], between: number): number {
  return sizes.reduce((total, size) => total + size, 0) + Math.max(0, sizes.length - 1) * between;
}
