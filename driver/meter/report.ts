import { table } from "../../lib/terminal/table";
import type { Found } from "./meter";
import {
  outageSpan,
  type PairOutage,
  type Probe,
  pairOutages,
  type Span,
  type Total,
  total,
  type Unseen,
} from "./outage";
import { leastEveryMs } from "./pace";
import { targetNames } from "./targets";

/** What was changed while the meter ran. */
export interface Subject {
  readonly from: string;
  readonly to: string;
  readonly strategy: string;
}

/** All that the meter found: what `outage.json` holds. `version` rises when a field goes or changes its meaning. */
export interface OutageReport extends Subject {
  readonly version: 1;
  /** How long it took, in ms; times in the report count from its beginning. */
  readonly tookMs: number;
  /** Between two probes of a pair, in ms: what lasts less is not seen. */
  readonly everyMs: number;
  readonly totals: { readonly service: Total; readonly nodes: Total; readonly dns: Total };
  /** From the first pair cut off to the last one reachable; absent where none was. */
  readonly outage?: Span;
  readonly pairs: readonly PairOutage[];
  /** When a prober was not heard: what it asked then counts neither as answered nor as lost. */
  readonly unseen: readonly Unseen[];
  /** The first probes that were lost, in order of time: which moments of a swap they belong to. */
  readonly lostProbes: readonly LostProbe[];
}

/** A probe without an answer. */
interface LostProbe {
  readonly from: string;
  readonly to: string;
  /** When it was sent, in ms since the beginning. */
  readonly atMs: number;
  readonly why: string;
}

/** So many are kept: an outage loses thousands, and the first ones tell as much. */
const keptProbes = 500;

/** Sums up what the probes found. */
export function outageReport(subject: Subject, tookMs: number, { everyMs, probes, unseen }: Found): OutageReport {
  const pairs = pairOutages(probes, unseen).map(rounded).sort(inOrder);
  const { service, dns } = targetNames;
  return {
    version: 1,
    ...subject,
    tookMs: Math.round(tookMs),
    everyMs,
    totals: {
      service: total(pairs.filter(({ to }) => to === service)),
      nodes: total(pairs.filter(({ to }) => to !== service && to !== dns)),
      dns: total(pairs.filter(({ to }) => to === dns)),
    },
    outage: outageSpan(pairs),
    pairs,
    unseen: unseen.map(({ from, fromMs, toMs }) => ({ from, fromMs: Math.round(fromMs), toMs: Math.round(toMs) })),
    lostProbes: lostProbes(probes),
  };
}

function lostProbes(probes: readonly Probe[]): LostProbe[] {
  return probes
    .flatMap(({ from, to, at, lost }) => (lost === undefined ? [] : [{ from, to, atMs: Math.round(at), why: lost }]))
    .sort((a, b) => a.atMs - b.atMs)
    .slice(0, keptProbes);
}

/** The report as a table, a line for each pair, and its sum in a line. */
export function reportLines(report: OutageReport): readonly string[] {
  const ms = (value: number | undefined) => (value === undefined ? "-" : whole(value));
  const rows = report.pairs.map((pair) => [
    pair.from,
    pair.to,
    whole(pair.sent),
    whole(pair.lost),
    ms(pair.firstLostMs),
    ms(pair.answeredMs),
    pair.lost > 0 && pair.reachableMs === undefined ? "never" : ms(pair.reachableMs),
    whole(pair.longestGapMs),
  ]);
  const head = ["from", "to", "sent", "lost", "first lost ms", "answered ms", "for good ms", "longest gap ms"];
  const unseen = report.unseen.map(
    ({ from, fromMs, toMs }) =>
      `not seen from ${from}: ${whole(fromMs)} to ${whole(toMs)} ms, as its prober was not heard; neither answered nor lost`,
  );
  return [...table(head, rows).split("\n"), ...unseen, summary(report)];
}

/** The report in one line. */
export function summary({ totals: { service, nodes, dns }, outage, unseen, tookMs, everyMs }: OutageReport): string {
  const ofService = `${whole(service.lost)} of ${whole(service.sent)} requests to the Service lost`;
  const others = `between nodes ${whole(nodes.lost)} of ${whole(nodes.sent)}, DNS ${whole(dns.lost)} of ${whole(dns.sent)}`;
  const seldom = everyMs > leastEveryMs ? `asked every ${seconds(everyMs)}; ` : "";
  return `${ofService}; longest gap ${seconds(service.longestGapMs)}; ${others}; ${describe(outage)}; ${notSeen(unseen)}${seldom}took ${seconds(tookMs)}`;
}

function describe(outage: Span | undefined): string {
  if (outage === undefined) {
    return "no outage";
  }
  return outage.toMs === undefined ? "outage has not ended" : `outage ${seconds(outage.toMs - outage.fromMs)}`;
}

/** For how long each node was not seen, before what follows; nothing where all were seen. */
function notSeen(unseen: readonly Unseen[]): string {
  const nodes = [...new Set(unseen.map(({ from }) => from))].map((node) => {
    const ms = unseen.filter(({ from }) => from === node).reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
    return `${node} for ${seconds(ms)}`;
  });
  return nodes.length === 0 ? "" : `not seen: ${nodes.join(", ")}; `;
}

/** By node; of each node the Service and DNS before the other nodes. */
function inOrder(a: PairOutage, b: PairOutage): number {
  const places: readonly string[] = Object.values(targetNames);
  const place = (pair: PairOutage) => places.indexOf(pair.to) + 1 || places.length + 1;
  return a.from.localeCompare(b.from) || place(a) - place(b) || a.to.localeCompare(b.to);
}

function rounded(pair: PairOutage): PairOutage {
  const round = (value: number | undefined) => (value === undefined ? undefined : Math.round(value));
  return {
    ...pair,
    firstLostMs: round(pair.firstLostMs),
    answeredMs: round(pair.answeredMs),
    lastLostMs: round(pair.lastLostMs),
    reachableMs: round(pair.reachableMs),
    cutOff: pair.cutOff && { fromMs: Math.round(pair.cutOff.fromMs), toMs: round(pair.cutOff.toMs) },
    longestGapMs: Math.round(pair.longestGapMs),
  };
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
