import type { Step } from "../../checks/language/check";
import { readSockets, type TcpSocket } from "../../checks/readers/sockets";
import { confluenceNames } from "../../components/confluence/names";

const { hazelcastPort: port } = confluenceNames;
const files = "/proc/net/tcp /proc/net/tcp6";

/** TCP sockets of a replica, behind a line that names who is sought. Any image has these files and cat. */
export function tcpSockets(id: string, at: "replica" | "from.replica" | "to.replica", sought = "nobody"): Step {
  return { id, at, run: ["sh", "-c", `echo "seek $1"; cat ${files} 2>/dev/null || true`, "sh", sought] };
}

/** The multicast groups of a replica. */
export const groups: Step = { id: "groups", at: "replica", run: ["cat", "/proc/net/igmp"] };

/** Where a member listens for others: the addresses, joined by commas; empty where it does not. */
export function listensOn(text: string): string {
  return of(text)
    .filter((socket) => socket.state === "LISTEN" && socket.port === port)
    .map(({ address }) => address)
    .join(",");
}

/** Whom a member is connected with, by their addresses; `nobody` without any. */
export function connectedWith(text: string): string {
  return connections(text).join(",") || "nobody";
}

/**
 * The connection between two members, as either of them sees it: one of both has opened it, and maybe by an address
 * of the other's Service. `none` where there is none.
 */
export function connectionBetween(text: string): string {
  const ends = text.split(/^(?=seek )/m);
  const found = ends.flatMap((end) => {
    const sought = /^seek (\S*)/.exec(end)?.[1]?.split(",") ?? [];
    return connections(end).filter((peer) => sought.includes(peer.split(":")[0] ?? ""));
  });
  return found[0] ?? "none";
}

/** The groups that a member has joined: `230.0.0.1 on eth0`, joined by commas. */
export function joinedGroups(igmp: string): string {
  return readSockets({ igmp, udp: "", tcp: "" })
    .groups.map(({ group, link }) => `${group} on ${link}`)
    .join(", ");
}

function connections(text: string): string[] {
  return of(text)
    .filter((socket) => socket.state === "ESTABLISHED")
    .filter((socket) => socket.port === port || socket.peer.endsWith(`:${port}`))
    .map(({ peer }) => peer);
}

function of(tcp: string): readonly TcpSocket[] {
  return readSockets({ igmp: "", udp: "", tcp }).tcp;
}
