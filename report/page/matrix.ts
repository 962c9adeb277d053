import type { CheckVerdict, Outcome, SubjectVerdict, Verdict } from "../../checks/engine/verdict";
import type { Reach, ShownReach } from "../../checks/language/reach";
import { reachTitle, sentWords } from "./reach-words";

/** What reached one node, or one replica, from another. */
export interface Cell {
  readonly from: string;
  readonly to: string;
  /** `unknown`: it was not tried, or nothing could be seen. */
  readonly state: "arrives" | "partly" | "nothing" | "unknown";
  /** How many arrived, of how many. */
  readonly got?: number;
  readonly of: number;
  readonly milliseconds?: string;
  /** How its check ended: that nothing arrives may be what was expected. */
  readonly outcome: Outcome;
  readonly check: string;
  readonly says: string;
}

/** One way of sending, between all nodes or all replicas. */
export interface Matrix {
  readonly title: string;
  /** What was sent, and between whom. */
  readonly sent: string;
  readonly nodes: readonly string[];
  readonly cells: readonly Cell[];
}

/** In the order in which they are shown: the pods' own network first. */
const whose: readonly Reach["between"][] = ["pods", "net1-static", "net1-leased", "nodes", "pod-and-replica"];
const ways: readonly Reach["by"][] = ["ping", "large-ping", "udp", "tcp", "multicast"];

type ShowingCheck = CheckVerdict & { readonly reach: ShownReach };

/** Checks that show the same way of sending. */
interface Way {
  readonly reach: Reach;
  readonly cells: readonly Cell[];
}

/** The matrices that a run's checks fill, each by what it says that it shows. */
export function matrices(verdict: Verdict): readonly Matrix[] {
  return waysOf(verdict).map(({ reach, cells }) => ({
    title: reachTitle(reach),
    sent: sentWords(
      reach,
      cells.map(({ of }) => of),
    ),
    nodes: namesIn(cells),
    cells,
  }));
}

/** Two nodes between which unicast is lost. */
export interface LostPair {
  readonly from: string;
  readonly to: string;
  readonly says: string;
}

/** Pairs of nodes of which the one does not reach the other, be it by pods or by themselves; each once. */
export function lostPairs(verdict: Verdict): readonly LostPair[] {
  const lost = waysOf(verdict)
    .filter(({ reach: { between, by } }) => (between === "pods" || between === "nodes") && by !== "multicast")
    .flatMap(({ cells }) => cells)
    .filter(({ state, from, to }) => state === "nothing" && from !== to);
  return lost.filter((one, i) => lost.findIndex(({ from, to }) => from === one.from && to === one.to) === i);
}

/** Nodes at whose bridge multicast ends, and whether that is how their network is meant to be. */
export function deafHops(verdict: Verdict): { readonly names: readonly string[]; readonly expected: boolean } {
  const cells = waysOf(verdict)
    .filter(({ reach: { between, by } }) => between === "pods" && by === "multicast")
    .flatMap((way) => way.cells);
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

function waysOf({ checks }: Verdict): readonly Way[] {
  const showing = checks.filter((check): check is ShowingCheck => check.reach !== undefined);
  const keys = [...new Set(showing.map(({ reach }) => wayKey(reach)))];
  return keys
    .flatMap((key): Way[] => {
      const own = showing.filter(({ reach }) => wayKey(reach) === key);
      const cells = onePerPair(own.flatMap((check) => check.subjects.flatMap((subject) => cellOf(check, subject))));
      const [first] = own;
      return first === undefined || cells.length === 0 ? [] : [{ reach: first.reach, cells }];
    })
    .sort((a, b) => orderOf(a.reach) - orderOf(b.reach));
}

function wayKey({ between, by, to = "" }: Reach): string {
  return [between, by, to].join(" ");
}

function orderOf({ between, by }: Reach): number {
  return whose.indexOf(between) * ways.length + ways.indexOf(by);
}

const worstFirst: readonly Cell["state"][] = ["nothing", "partly", "arrives", "unknown"];

/** Where several checks looked at a pair, the one that saw the least arrive counts: what one has lost is not whole. */
function onePerPair(cells: readonly Cell[]): readonly Cell[] {
  const sorted = worstFirst.flatMap((state) => cells.filter((cell) => cell.state === state));
  const kept = new Set(
    sorted.filter((cell, i) => sorted.findIndex(({ from, to }) => from === cell.from && to === cell.to) === i),
  );
  return cells.filter((cell) => kept.has(cell));
}

function cellOf(check: ShowingCheck, { subject, values, outcome, says }: SubjectVerdict): Cell[] {
  const { reach } = check;
  const [from, to] = endsOf(subject, reach.where);
  if (from === undefined || to === undefined) return [];
  const text = values[reach.arrived];
  const got = text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
  const state = stateOf(got, reach);
  return [{ from, to, state, got, of: reach.sent, milliseconds: values.milliseconds, outcome, check: check.id, says }];
}

function stateOf(got: number | undefined, { by, sent }: Reach): Cell["state"] {
  if (got === undefined) return "unknown";
  if (got === 0) return "nothing";
  // A listener does not always hear the first datagrams.
  return got >= sent || by === "udp" || by === "multicast" ? "arrives" : "partly";
}

/** The two ends as a subject is printed: `n1 -> n2`, and `n1, pod to pod` where both are on one node. */
function endsOf(subject: string, where: ShownReach["where"]): readonly (string | undefined)[] {
  if (where !== "same node") return (/^(\S+) -> (\S+)$/.exec(subject) ?? []).slice(1);
  const [, node] = /^(\S+), pod to pod$/.exec(subject) ?? [];
  return [node, node];
}

function namesIn(cells: readonly Cell[]): string[] {
  return [...new Set(cells.flatMap(({ from, to }) => [from, to]))].sort((a, b) =>
    a.localeCompare(b, "en", { numeric: true }),
  );
}
