import { type Html, html } from "../html";
import type { Fault, Place } from "./faults";
import type { Column, Layout } from "./layout";
import { isSharedBridge, type NodeNetwork, type Tunnel } from "./node-network";
import { arc, type Box, badge, shortenTo, wire, words } from "./shapes";
import { badges, stateOf } from "./state";

/** From each pod to its bridge, from that by the node's routes to the tunnel, and on to the interface. */
export function nodeWires(column: Column, faults: readonly Fault[], master: string): Html {
  return html`${podWires(column)}${secondWires(column, master)}${column.bridges.map(({ name, box }) => hop(column, name, box, faults))}${outerWires(column)}`;
}

function podWires({ pods, bridges, busX }: Column): Html[] {
  return pods.flatMap(({ drawn, box: at }) => {
    const index = bridges.findIndex(({ name }) => name === drawn.bridge);
    const [x, bridge] = [busX[index], bridges[index]?.box];
    if (x === undefined || bridge === undefined) return [];
    const middle = at.y + Math.min(at.height, 28) / 2;
    const into = Math.max(x, bridge.x + 10);
    const lane = bridge.y - 10;
    return [
      wire("veth", [
        [at.x, middle],
        [x, middle],
        [x, lane],
        [into, lane],
        [into, bridge.y],
      ]),
    ];
  });
}

/** Second interfaces ride on the node's own one: one line down, and each pod joins it. */
function secondWires({ pods, nics, net1X }: Column, master: string): Html[] {
  const down = nics.find(({ name }) => name === master)?.box;
  const heights = pods
    .filter(({ drawn }) => drawn.pod.networks.length > 0)
    .map(({ box: at }) => ({ y: at.y + at.height - 14, x: at.x + at.width }));
  const [first] = heights;
  if (first === undefined || down === undefined) return [];
  const into = Math.min(net1X, down.x + down.width - 10);
  const lane = down.y - 12;
  return [
    wire("net1", [
      [net1X, first.y],
      [net1X, lane],
      [into, lane],
      [into, down.y],
    ]),
    ...heights.map(({ x, y }) =>
      wire("net1", [
        [x, y],
        [net1X, y],
      ]),
    ),
  ];
}

function outerWires({ node, tunnels, nics }: Column): Html[] {
  return tunnels.flatMap(({ name, box: at }) => {
    const tunnel = node.tunnels.find((each) => each.name === name);
    const under = tunnel?.underlay ?? nicOf(node, tunnel?.outer ?? node.address);
    const to = nics.find((each) => each.name === under)?.box;
    if (to === undefined) return [];
    const from = at.x + 34;
    const into = clamp(from, to);
    return [
      wire("outer", [
        [from, at.y + at.height],
        [from, to.y - 20],
        [into, to.y - 20],
        [into, to.y],
      ]),
    ];
  });
}

function hop({ node, tunnels, nics }: Column, name: string, bridge: Box, faults: readonly Fault[]): Html | undefined {
  const place: Place = { kind: "hop", node: node.name, bridge: name };
  const tunnel = node.tunnels.find((each) => each.bridge === name);
  const direct = nics.find((each) => each.name === nicOf(node, node.address))?.box;
  const to = tunnels.find((each) => each.name === tunnel?.name)?.box ?? direct;
  if (to === undefined) return undefined;
  const x = clamp(bridge.x + 34, to);
  const [top, bottom] = [bridge.y + bridge.height, to.y];
  const middle = top + (bottom - top) / 2;
  const how = isSharedBridge(name) ? "frames for elsewhere" : routesInWords(node, tunnel);
  return html`${wire(
    "hop",
    [
      [x, top],
      [x, bottom],
    ],
    stateOf(place, faults).tone,
  )}
${words("small", x + 18, middle + 4, shortenTo(bridge.x + bridge.width - x - 18, how))}
${badges(x, middle, place, faults)}`;
}

/** The networks to which the node's routes lead by a tunnel, or straight to another node. */
function routesInWords(node: NodeNetwork, tunnel: Tunnel | undefined): string {
  const isWay = (dev: string | undefined) => tunnel === undefined || dev === tunnel.name;
  const ways = node.routes.filter(({ dev, gateway, dst }) => gateway !== undefined && dst !== "default" && isWay(dev));
  const [first] = ways;
  if (first === undefined) return "no route";
  return ways.length === 1 ? `route to ${first.dst}` : `routes to ${first.dst} and ${ways.length - 1} more`;
}

/** The interface that has an address. */
function nicOf({ nics }: NodeNetwork, address: string): string | undefined {
  return nics.find(({ addresses }) => addresses.some((each) => each.startsWith(`${address}/`)))?.name;
}

/** Tunnels of one name are one way through all nodes. */
export function pipes({ columns }: Layout): Html[] {
  return columns.slice(1).flatMap((column, i) =>
    column.tunnels.flatMap(({ name, box: to }, n) => {
      const from = columns[i]?.tunnels.find((each) => each.name === name)?.box;
      // Of two tunnels side by side the one passes behind the other.
      const y = to.y + to.height / 2 + n * 10;
      return from === undefined
        ? []
        : [
            wire("pipe", [
              [from.x + from.width, y],
              [to.x, y],
            ]),
          ];
    }),
  );
}

/** From each interface to its LAN, or to the NAT that each node has for itself. */
export function lanWires({ columns, lans }: Layout): Html[] {
  return columns.flatMap(({ nics, node }) =>
    nics.map(({ name, box: nic }, i) => {
      const lan = lans.find((each) => each.nic === name)?.box;
      const x = nic.x + nic.width / 2;
      const top = nic.y + nic.height;
      const end = lan?.y ?? top + 30;
      return html`${wire(
        "lan",
        [
          [x, top],
          [x, end],
        ],
        node.nics[i]?.up === false ? "broken" : "plain",
      )}
${lan === undefined ? words("small middle", x, end + 14, "a NAT of its own") : undefined}`;
    }),
  );
}

/** Pairs of nodes between which packets are lost, where nothing else shows why. */
export function lostWays({ columns }: Layout, faults: readonly Fault[]): Html[] {
  return faults.flatMap(({ at, kind }, i) =>
    at.flatMap((place) => {
      if (place.kind !== "way") return [];
      const from = columns.find(({ node }) => node.name === place.node);
      const to = columns.find(({ node }) => node.name === place.to);
      if (from === undefined || to === undefined) return [];
      const [x1, x2] = [middleOf(from), middleOf(to)];
      const y = Math.max(
        ...[from, to].flatMap(({ tunnels, nics }) =>
          [...tunnels, ...nics].slice(0, 1).map(({ box }) => box.y + box.height),
        ),
      );
      // There and back are two arcs.
      const depth = x1 < x2 ? 72 : 48;
      return [html`${arc("way", x1, x2, y, depth, kind)}${badge((x1 + x2) / 2, y + depth * 0.75, i + 1, kind)}`];
    }),
  );
}

function middleOf({ frame }: Column): number {
  return frame.x + frame.width / 2;
}

function clamp(x: number, box: Box): number {
  return Math.min(Math.max(x, box.x + 10), box.x + box.width - 10);
}
