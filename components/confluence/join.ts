import { parseAddress } from "../../lib/cidr";
import type { Problem } from "../../lib/user-error";

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
  /**
   * IPv4 addresses, each of one member: Confluence takes no names. The address of a Service that several members stand
   * behind is none: whoever calls it gets any of them, or itself. For those there is `kubernetes`.
   *
   * @default a Service of each pod's own, whose address outlives the pod
   */
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
  // A program without types may leave it out.
  switch ((join as Join | undefined)?.type) {
    case "multicast":
      return multicastProblems(join as MulticastJoin);
    case "tcpIp":
      return peerProblems(join as TcpIpJoin);
    case "kubernetes":
      return [];
    default:
      return [unknownJoin(join as never)];
  }
}

/** A program without types may hold anything. */
function unknownJoin(join: never): Problem {
  const type = (join as { readonly type?: unknown } | undefined)?.type;
  return {
    field: "join.type",
    value: type === undefined ? undefined : String(type),
    rule: `must be one of: ${Object.keys(joinTypes).join(", ")}`,
    fix:
      type === undefined
        ? "members without a way to find each other stay alone, and panic on one database; kubernetes works with any CNI"
        : undefined,
  };
}

function multicastProblems({ address, ttl }: Partial<MulticastJoin>): Problem[] {
  const range = "an IPv4 address from 224.0.0.0 to 239.255.255.255";
  return [
    ...(address === undefined || address === ""
      ? [{ field: "join.address", rule: `must be given: ${range}`, fix: "for example 230.0.0.1" }]
      : isMulticast(address)
        ? []
        : [{ field: "join.address", value: address, rule: `must be ${range}` }]),
    ...(ttl === undefined
      ? [{ field: "join.ttl", rule: "must be given: a whole number from 0 to 255", fix: "1 does on one network" }]
      : Number.isInteger(ttl) && ttl >= 0 && ttl <= 255
        ? []
        : [{ field: "join.ttl", value: String(ttl), rule: "must be a whole number from 0 to 255" }]),
  ];
}

function peerProblems({ peers }: TcpIpJoin): Problem[] {
  if (peers?.length === 0) {
    const fix = "leave it out for a Service of each pod's own";
    return [{ field: "join.peers", rule: "must hold an address: a member without any is alone", fix }];
  }
  return (peers ?? []).flatMap((peer, i) => [
    ...(parseAddress(peer) === undefined
      ? [
          {
            field: "join.peers",
            value: peer,
            rule: "must be an IPv4 address: Confluence takes no names",
            fix: byName(peer),
          },
        ]
      : isOfOne(peer)
        ? []
        : [{ field: "join.peers", value: peer, rule: "must be the address of one member, as others reach it" }]),
    ...(peers?.indexOf(peer) === i ? [] : [{ field: "join.peers", value: peer, rule: "must stand there once" }]),
  ]);
}

/** What to do instead of a name: that of a Service is the usual one, and stands for its own address. */
function byName(peer: string): string {
  return /^[\d.]+:\d+$/.test(peer)
    ? "leave the port out: members talk on Confluence's own"
    : 'for the members behind a Service take { type: "kubernetes" }, or leave peers out for a Service of each pod\'s own';
}

/** False for addresses that mean nobody, the caller itself, a group or everybody. */
function isOfOne(address: string): boolean {
  return !/^(0|127)\./.test(address) && (parseAddress(address) ?? 0) < 224 * 2 ** 24;
}

/** What may be wrong with a way to join and can't be told from outside the cluster, one sentence each. */
export function joinWarnings(join: Join, replicas: number): string[] {
  const told = join.type === "tcpIp" ? (join.peers?.length ?? replicas) : replicas;
  return told < replicas
    ? [
        `join.peers has ${told} of the addresses of ${replicas} members: a member that none of them leads to is not asked for, and one address for several, as that of a common Service, leads to any of them; name each member, or leave peers out`,
      ]
    : [];
}
