import type { NodePort } from "../needs";

/** What of the packets of a preflight has come from node to node. */
export interface PortsHeard {
  /** The ports that were open for it on all nodes. */
  readonly ports: readonly NodePort[];
  /** The nodes that have sent and listened. */
  readonly nodes: readonly string[];
  readonly heard: readonly HeardPacket[];
  readonly refused: readonly RefusedConnection[];
  /** Bytes of a large packet, by the node that sent it. */
  readonly large: ReadonlyMap<string, number>;
}

export interface HeardPacket {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly size: "small" | "large";
}

export interface RefusedConnection {
  readonly from: string;
  readonly to: string;
  readonly port: number;
}

/** Reads what a node has heard; undefined where its script has not come to its end. */
export function readHeard(to: string, text: string): HeardPacket[] | undefined {
  return ended(text, "collected", "heard", ([from = "", port, size]) => ({
    from,
    to,
    port: Number(port),
    size: size === "large" ? ("large" as const) : ("small" as const),
  }));
}

/** Reads which connections of a node did not come to be. */
export function readRefused(from: string, text: string): RefusedConnection[] | undefined {
  return ended(text, "sent", "refused", ([to = "", port]) => ({ from, to, port: Number(port) }));
}

function ended<Fact>(text: string, end: string, kind: string, read: (words: string[]) => Fact): Fact[] | undefined {
  const lines = text.trimEnd().split("\n");
  if (lines.pop() !== end) {
    return undefined;
  }
  return lines.map((line) => line.split("\t")).flatMap(([first, ...words]) => (first === kind ? [read(words)] : []));
}
