import type { CheckVerdict, Outcome, SubjectVerdict, Verdict } from "../checks/verdict";

/** What reached one node from another. */
export interface Cell {
  readonly from: string;
  readonly to: string;
  /** `unknown`: it was not tried, or nothing could be seen. */
  readonly state: "arrives" | "partly" | "nothing" | "unknown";
  /** How many arrived, of how many where that is known. */
  readonly got?: number;
  readonly of?: number;
  readonly milliseconds?: string;
  /** How its check ended: that nothing arrives may be what was expected. */
  readonly outcome: Outcome;
  readonly check: string;
  readonly says: string;
}

/** One way of sending, between all nodes. */
export interface Matrix {
  readonly title: string;
  /** What was sent. */
  readonly sent: string;
  readonly nodes: readonly string[];
  readonly cells: readonly Cell[];
}

interface Source {
  readonly kind: "unicast" | "multicast" | "net1";
  readonly title: string;
  readonly sent: string;
  /** The ids of its checks on pairs of nodes. */
  readonly across: RegExp;
  /** The id of its check on two pods of one node. */
  readonly within?: string;
  /** The value that counts what arrived. */
  readonly value: string;
  /** How many were sent; absent where the checks differ in that. */
  readonly of?: number;
  /** So many must arrive: listeners do not all hear the first datagrams. */
  readonly needs: number;
}

/** Which checks fill which matrix: by their ids and the value that they read. */
const sources: readonly Source[] = [
  {
    kind: "unicast",
    title: "Unicast",
    sent: "3 pings from a pod to a pod",
    across: /^ping-(?!nobody|net1)/,
    value: "received",
    of: 3,
    needs: 3,
  },
  {
    kind: "unicast",
    title: "Unicast, UDP",
    sent: "8 datagrams from a pod to a pod",
    across: /^udp-/,
    value: "heard",
    of: 8,
    needs: 1,
  },
  {
    kind: "multicast",
    title: "Multicast",
    sent: "8 datagrams to 224.2.2.3",
    across: /^multicast-(?!same-node)/,
    within: "multicast-same-node",
    value: "heard",
    of: 8,
    needs: 1,
  },
  ...(["static", "leased"] as const).map(
    (role): Source => ({
      kind: "net1",
      title: `Second interface, ${role}`,
      sent: "3 pings by net1",
      across: new RegExp(`^ping-net1-${role}$`),
      value: "received",
      of: 3,
      needs: 3,
    }),
  ),
];

/** A lab's own checks on pairs of nodes, which count answers as pings do: a matrix for each. */
function ownSources({ checks }: Verdict): readonly Source[] {
  const known = (id: string) => sources.some(({ across }) => across.test(id)) || /nobody/.test(id);
  return checks
    .filter(({ id, subjects }) => !known(id) && subjects.some(({ values }) => /^\d+$/.test(values.received ?? "")))
    .map(({ id, title }) => ({
      kind: "unicast",
      title,
      sent: "pings",
      across: new RegExp(`^${id}$`),
      value: "received",
      needs: 1,
    }));
}

/** The matrices that a run's checks fill. */
export function matrices(verdict: Verdict): readonly Matrix[] {
  return [...sources, ...ownSources(verdict)].flatMap((source) => {
    const cells = cellsOf(source, verdict);
    return cells.length === 0 ? [] : [{ title: source.title, sent: source.sent, nodes: nodesIn(cells), cells }];
  });
}

/** Two nodes between which unicast is lost. */
export interface LostPair {
  readonly from: string;
  readonly to: string;
  readonly says: string;
}

/** Pairs of nodes of which the one does not reach the other, each once. */
export function lostPairs(verdict: Verdict): readonly LostPair[] {
  const lost = [...sources, ...ownSources(verdict)]
    .filter(({ kind }) => kind === "unicast")
    .flatMap((source) => cellsOf(source, verdict))
    .filter(({ state, from, to }) => state === "nothing" && from !== to);
  return lost.filter((one, i) => lost.findIndex(({ from, to }) => from === one.from && to === one.to) === i);
}

/** Nodes at whose bridge multicast ends, and whether that is how their network is meant to be. */
export function deafHops(verdict: Verdict): { readonly names: readonly string[]; readonly expected: boolean } {
  const cells = sources.filter(({ kind }) => kind === "multicast").flatMap((source) => cellsOf(source, verdict));
  const deaf = cells.filter(
    ({ from, to, state }) =>
      from !== to &&
      state === "nothing" &&
      // Who hears nothing on its own node may be unable to listen.
      cells.some((own) => own.from === to && own.to === to && own.state !== "nothing"),
  );
  return {
    names: [...new Set(deaf.map(({ from }) => from))].sort(),
    expected: verdict.expect === "healthy" && deaf.every(({ outcome }) => outcome === "passed"),
  };
}

function cellsOf(source: Source, { checks }: Verdict): readonly Cell[] {
  const cells = [
    ...checks.filter(({ id }) => source.across.test(id)).flatMap((check) => pairCells(source, check)),
    ...checks.filter(({ id }) => id === source.within).flatMap((check) => ownCells(source, check)),
  ];
  // Where several checks looked at a pair, the first that saw something counts.
  const sorted = [...cells.filter(({ state }) => state !== "unknown"), ...cells];
  return sorted.filter((cell, i) => sorted.findIndex(({ from, to }) => from === cell.from && to === cell.to) === i);
}

function pairCells(source: Source, check: CheckVerdict): Cell[] {
  return check.subjects.flatMap((subject) => {
    const [, from, to] = /^(\S+) -> (\S+)$/.exec(subject.subject) ?? [];
    return from === undefined || to === undefined ? [] : [cell(source, check, subject, from, to)];
  });
}

function ownCells(source: Source, check: CheckVerdict): Cell[] {
  return check.subjects.flatMap((subject) => {
    const [, node] = /^(\S+), pod to pod$/.exec(subject.subject) ?? [];
    return node === undefined ? [] : [cell(source, check, subject, node, node)];
  });
}

function cell(
  { value, of, needs }: Source,
  check: CheckVerdict,
  { values, outcome, says }: SubjectVerdict,
  from: string,
  to: string,
): Cell {
  const text = values[value];
  const got = text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
  const state = got === undefined ? "unknown" : got === 0 ? "nothing" : got < needs ? "partly" : "arrives";
  return { from, to, state, got, of, milliseconds: values.milliseconds, outcome, check: check.id, says };
}

function nodesIn(cells: readonly Cell[]): string[] {
  return [...new Set(cells.flatMap(({ from, to }) => [from, to]))].sort((a, b) =>
    a.localeCompare(b, "en", { numeric: true }),
  );
}
