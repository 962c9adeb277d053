import { type Period, without } from "./period";

/** One probe from a node. */
export interface Probe {
  readonly from: string;
  readonly to: string;
  /** When it was sent, in ms since the swap began. */
  readonly at: number;
  /** Until its answer, or until it was given up, in ms. */
  readonly ms: number;
  /** Why it counts as lost; absent for one that was answered. */
  readonly lost?: string;
}

/** A time of which it is not known what a node noticed, in ms since the swap began: its prober was not heard. */
export interface Unseen extends Period {
  readonly from: string;
}

/** What a node noticed on the way to one target. Times are those at which probes were sent, in ms since the swap began. */
export interface PairOutage {
  readonly from: string;
  readonly to: string;
  readonly sent: number;
  readonly lost: number;
  readonly firstLostMs?: number;
  /** The first that was answered after the first lost one. */
  readonly answeredMs?: number;
  readonly lastLostMs?: number;
  /** The first that was answered after the last lost one; absent where none was. */
  readonly reachableMs?: number;
  /** From when to when it was cut off; absent where it never was. */
  readonly cutOff?: Span;
  /** The longest time without any answer that was seen as a whole, in ms. */
  readonly longestGapMs: number;
  /** How many were lost for which reason. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** What all pairs of one kind noticed together. */
export interface Total {
  readonly sent: number;
  readonly lost: number;
  readonly longestGapMs: number;
}

/** So many lost in a row are a cut: one that is lost alone may be a packet that a busy machine dropped. */
const cutProbes = 5;

/** From the first cut to the end of the last; in ms since the swap began. */
export interface Span {
  readonly fromMs: number;
  /** Absent where the last cut had not ended. */
  readonly toMs?: number;
}

/** The pairs of these probes, in the order in which they were first seen. */
export function pairOutages(probes: readonly Probe[], unseen: readonly Unseen[] = []): readonly PairOutage[] {
  const pairs = new Map<string, Probe[]>();
  for (const probe of probes) {
    const key = `${probe.from} ${probe.to}`;
    const pair = pairs.get(key);
    if (pair === undefined) {
      pairs.set(key, [probe]);
    } else {
      pair.push(probe);
    }
  }
  return [...pairs.values()].flatMap((pair) => {
    const sorted = pair.sort((a, b) => a.at - b.at);
    const [first] = sorted;
    const ofNode = unseen.filter(({ from }) => from === first?.from);
    return first === undefined ? [] : [pairOutage(first, sorted, ofNode)];
  });
}

function pairOutage({ from, to }: Probe, sorted: readonly Probe[], unseen: readonly Period[]): PairOutage {
  const lost = sorted.filter(isLost);
  const [firstLost, lastLost] = [lost.at(0), lost.at(-1)];
  const answeredAfter = (probe: Probe | undefined) =>
    probe && sorted.find((each) => each.at > probe.at && !isLost(each))?.at;
  return {
    from,
    to,
    sent: sorted.length,
    lost: lost.length,
    firstLostMs: firstLost?.at,
    answeredMs: answeredAfter(firstLost),
    lastLostMs: lastLost?.at,
    reachableMs: answeredAfter(lastLost),
    cutOff: cutOff(sorted),
    longestGapMs: longestGap(sorted, unseen),
    reasons: countBy(lost.map((probe) => probe.lost ?? "")),
  };
}

/**
 * The longest time without an answer, the time before the first answer and after the last one included. In ms. Where
 * the prober was not heard, nobody knows: a gap ends there, or begins.
 */
export function longestGap(sorted: readonly Probe[], unseen: readonly Period[] = []): number {
  const answers = sorted.filter((probe) => !isLost(probe)).map(({ at, ms }) => at + ms);
  const [first, last] = [sorted.at(0), sorted.at(-1)];
  if (first === undefined || last === undefined) {
    return 0;
  }
  const marks = [first.at, ...answers.sort((a, b) => a - b), last.at];
  const gaps = marks.flatMap((mark, i) => without({ fromMs: marks[i - 1] ?? mark, toMs: mark }, unseen));
  return Math.max(...gaps.map(({ fromMs, toMs }) => toMs - fromMs), 0);
}

/** Sums of pairs. */
export function total(pairs: readonly PairOutage[]): Total {
  return {
    sent: pairs.reduce((sum, { sent }) => sum + sent, 0),
    lost: pairs.reduce((sum, { lost }) => sum + lost, 0),
    longestGapMs: Math.max(0, ...pairs.map(({ longestGapMs }) => longestGapMs)),
  };
}

/** From the first pair cut off to the last one reachable; undefined where none was cut off. */
export function outageSpan(pairs: readonly PairOutage[]): Span | undefined {
  const cuts = pairs.flatMap((pair) => pair.cutOff ?? []);
  if (cuts.length === 0) {
    return undefined;
  }
  const ends = cuts.flatMap(({ toMs }) => toMs ?? []);
  return {
    fromMs: Math.min(...cuts.map(({ fromMs }) => fromMs)),
    toMs: ends.length < cuts.length ? undefined : Math.max(...ends),
  };
}

function cutOff(sorted: readonly Probe[]): Span | undefined {
  const cuts = runsOfLost(sorted).filter((run) => run.length >= cutProbes);
  const [first, last] = [cuts.at(0)?.at(0), cuts.at(-1)?.at(-1)];
  if (first === undefined || last === undefined) {
    return undefined;
  }
  return { fromMs: first.at, toMs: sorted.find((each) => each.at > last.at && !isLost(each))?.at };
}

function runsOfLost(sorted: readonly Probe[]): Probe[][] {
  const runs: Probe[][] = [];
  let run: Probe[] = [];
  for (const probe of sorted) {
    if (!isLost(probe)) {
      run = [];
    } else if (run.push(probe) === 1) {
      runs.push(run);
    }
  }
  return runs;
}

function isLost(probe: Probe): boolean {
  return probe.lost !== undefined;
}

function countBy(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) {
    counts[word] = (counts[word] ?? 0) + 1;
  }
  return counts;
}
