import { parseAddress } from "../cidr";
import type { Problem } from "../user-error";

/** Members find each other by calling into a group: the network has to carry multicast. */
export interface MulticastJoin {
  readonly type: "multicast";
  /** The group: an IPv4 address from 224.0.0.0 to 239.255.255.255. */
  readonly address: string;
  /** How many routers a call may pass, from 0 to 255. A network without multicast is none of them. */
  readonly ttl: number;
}

/** Members are told each other's addresses. */
export interface TcpIpJoin {
  readonly type: "tcpIp";
  /** IPv4 addresses: Confluence takes no names. @default a Service of each pod's own, whose address outlives the pod */
  readonly peers?: readonly string[];
}

/** Members ask the API server for each other: they are what stands behind the Service. */
export interface KubernetesJoin {
  readonly type: "kubernetes";
}

/** How the members of a cluster find each other. Whatever they do then goes by TCP, from pod to pod. */
export type Join = MulticastJoin | TcpIpJoin | KubernetesJoin;

/** Every way to join, by Confluence's own name for it. */
export const joinTypes = { multicast: "multicast", tcpIp: "tcp_ip", kubernetes: "kubernetes" } as const;

/** True for an address of a multicast group. */
export function isMulticast(text: string): boolean {
  return parseAddress(text) !== undefined && /^2(?:2[4-9]|3\d)\./.test(text);
}

/** Everything that is wrong with a way to join. Confluence's image itself would start with a setting that lacks. */
export function joinProblems(join: Join): Problem[] {
  switch (join.type) {
    case "multicast":
      return multicastProblems(join);
    case "tcpIp":
      return peerProblems(join);
    case "kubernetes":
      return [];
    default:
      return [unknownJoin(join)];
  }
}

/** A program without types may hold anything. */
function unknownJoin(join: never): Problem {
  const type = (join as { readonly type?: unknown } | undefined)?.type;
  return {
    field: "join.type",
    value: type === undefined ? undefined : String(type),
    rule: `must be one of: ${Object.keys(joinTypes).join(", ")}`,
  };
}

function multicastProblems({ address, ttl }: Partial<MulticastJoin>): Problem[] {
  const range = "an IPv4 address from 224.0.0.0 to 239.255.255.255";
  return [
    ...(address === undefined || address === ""
      ? [{ field: "join.address", rule: `must be given: ${range}`, mend: "for example 230.0.0.1" }]
      : isMulticast(address)
        ? []
        : [{ field: "join.address", value: address, rule: `must be ${range}` }]),
    ...(ttl === undefined
      ? [{ field: "join.ttl", rule: "must be given: a whole number from 0 to 255", mend: "1 does on one network" }]
      : Number.isInteger(ttl) && ttl >= 0 && ttl <= 255
        ? []
        : [{ field: "join.ttl", value: String(ttl), rule: "must be a whole number from 0 to 255" }]),
  ];
}

function peerProblems({ peers }: TcpIpJoin): Problem[] {
  if (peers?.length === 0) {
    const mend = "leave it out for a Service of each pod's own";
    return [{ field: "join.peers", rule: "must hold an address: a member without any is alone", mend }];
  }
  return (peers ?? [])
    .filter((peer) => parseAddress(peer) === undefined)
    .map((peer) => ({ field: "join.peers", value: peer, rule: "must be an IPv4 address: Confluence takes no names" }));
}
