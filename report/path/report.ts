import type { Sockets } from "../../checks/readers/sockets";
import { plain } from "../../lib/plain";
import { table } from "../../lib/terminal/table";
import type { Application } from "./application";
import { type End, type Reach, reachOf } from "./hops";
import type { Carrying } from "./overlay";
import type { Watched } from "./watch";

/** All that was seen on the way from symptom to packet. */
export interface PathReport {
  /** The CNI in force, and how it carries packets to another node. */
  readonly carrying: Carrying;
  readonly group: string;
  readonly from: End;
  readonly to: End;
  /** What the applications in the pods say; absent for pods of the probe. */
  readonly applications?: readonly Application[];
  readonly watched: Watched;
}

/** The report, from what a user notices down to the packet. */
export function pathLines(report: PathReport): readonly string[] {
  return linesOf(report).map(plain);
}

function linesOf(report: PathReport): readonly string[] {
  const { from, to, group, watched } = report;
  const { hops, sent } = watched;
  const rows = hops.map(({ node, label, multicast, unicast }) => [node, label, String(multicast), String(unicast)]);
  return [
    ...(report.applications === undefined ? [] : ["Application", ...report.applications.flatMap(applicationLines), ""]),
    "Sockets",
    ...[socketLine(from, watched.sockets.from, group), socketLine(to, watched.sockets.to, group)],
    "",
    `Packets: ${sent} datagrams from ${from.pod} on ${from.node} to ${group}, and ${sent} to ${to.pod} on ${to.node}`,
    ...table(["node", "at", "multicast", "unicast"], rows)
      .split("\n")
      .map((line) => `  ${line}`),
    "",
    ...verdict(report),
  ];
}

function applicationLines({ pod, status, restarts, said }: Application): string[] {
  return [
    `  ${pod}: /status ${status}, ${restarts} ${restarts === 1 ? "restart" : "restarts"}`,
    ...said.map((line) => `    ${line}`),
  ];
}

function socketLine({ pod, link }: End, { groups, udpPorts, tcp }: Sockets, group: string): string {
  const joined = groups.find((each) => each.group === group);
  const peers = tcp.filter(({ state, port }) => state === "ESTABLISHED" && listening(tcp).includes(port));
  return [
    `  ${pod}: ${joined === undefined ? `is in no group ${group}` : `is in group ${group} on ${joined.link}`}`,
    `UDP ${udpPorts.join(", ") || "none"}`,
    `listens on TCP ${listening(tcp).join(", ") || "nothing"}`,
    peers.length === 0 ? `no connection on ${link}` : `connected with ${peers.map(({ peer }) => peer).join(", ")}`,
  ].join("; ");
}

function listening(tcp: Sockets["tcp"]): number[] {
  return [...new Set(tcp.filter(({ state }) => state === "LISTEN").map(({ port }) => port))].sort((a, b) => a - b);
}

function verdict({ carrying, group, from, to, watched: { hops } }: PathReport): string[] {
  const multicast = reachOf(hops, "multicast");
  return [
    `multicast ${describe(multicast, to)}`,
    `unicast ${describe(reachOf(hops, "unicast"), to)}`,
    ...(from.address === to.address
      ? [`Both pods have the address ${to.address}: what one of them sends there stays in itself.`]
      : []),
    ...(multicast.type === "stops" ? [reason(multicast, { carrying, group, from })] : []),
  ];
}

function describe(reach: Reach, to: End): string {
  switch (reach.type) {
    case "arrives":
      return `arrives at ${to.pod}`;
    case "stops":
      return `stops between ${reach.after.label} on ${reach.after.node} and ${reach.before.label} on ${reach.before.node}`;
    case "not-sent":
      return "was seen nowhere, not even where it is sent";
  }
}

/** Why it stops there, where the place says it. */
function reason(
  { after, before }: Extract<Reach, { type: "stops" }>,
  { carrying: { cni, carrier }, group, from }: { carrying: Carrying; group: string; from: End },
): string {
  if (
    !cni.carriesMulticast &&
    after.label === cni.bridge &&
    after.end === "from" &&
    before.end === "from" &&
    before.at !== "veth"
  ) {
    const how = carrier.by === "routes" ? " (without a tunnel)" : "";
    return `${cni.title} routes between nodes${how}: ${cni.bridge} hands over to ${before.label} what has a route to another node's subnet, and ${group} has none. Nothing copies it to the other nodes.`;
  }
  return `See what holds it there: ./lab node ${after.node} ip route get ${group} from ${from.address} iif ${after.label}`;
}
