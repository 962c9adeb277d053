/** What a network namespace tells of its sockets, as far as a cluster by multicast needs it. */
export interface Sockets {
  /** Multicast groups that were joined, and on which interface; not the one that every host is in. */
  readonly groups: readonly { readonly group: string; readonly link: string }[];
  /** Local ports of UDP sockets. */
  readonly udpPorts: readonly number[];
  /** TCP sockets that listen or are established. */
  readonly tcp: readonly TcpSocket[];
}

export interface TcpSocket {
  readonly state: "LISTEN" | "ESTABLISHED";
  /** Its own. */
  readonly address: string;
  readonly port: number;
  /** Address and port of the other end. */
  readonly peer: string;
}

/** 224.0.0.1: every host is in it. */
const allHosts = "224.0.0.1";

const states: Readonly<Record<string, "LISTEN" | "ESTABLISHED">> = { "01": "ESTABLISHED", "0A": "LISTEN" };

/** Reads /proc/net/igmp, /proc/net/udp, and /proc/net/tcp with /proc/net/tcp6. */
export function readSockets(files: { readonly igmp: string; readonly udp: string; readonly tcp: string }): Sockets {
  return {
    groups: readGroups(files.igmp),
    udpPorts: [...new Set(rows(files.udp).map(({ local }) => local.port))].sort((a, b) => a - b),
    tcp: rows(files.tcp).flatMap(({ state, local, remote }) => {
      const known = states[state];
      const peer = `${remote.address}:${remote.port}`;
      return known === undefined ? [] : [{ state: known, address: local.address, port: local.port, peer }];
    }),
  };
}

function readGroups(igmp: string): Sockets["groups"] {
  let link = "";
  return igmp.split("\n").flatMap((line) => {
    link = /^\d+\s+(\S+)/.exec(line)?.[1] ?? link;
    const [, hex] = /^\s+([0-9A-F]{8})\s/.exec(line) ?? [];
    const group = hex === undefined ? undefined : addressOf(hex);
    return group === undefined || group === allHosts ? [] : [{ group, link }];
  });
}

function rows(text: string) {
  return [...text.matchAll(/^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]{2}) /gm)].map(
    ([, localAddress = "", localPort = "", address = "", port = "", state = ""]) => ({
      local: { address: addressOf(localAddress), port: Number.parseInt(localPort, 16) },
      remote: { address: addressOf(address), port: Number.parseInt(port, 16) },
      state,
    }),
  );
}

/** An IPv4 address as the kernel prints it: hexadecimal, in the byte order of this machine; of IPv6 its last part. */
function addressOf(hex: string): string {
  return [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(-8).slice(at, at + 2), 16)).join(".");
}
