import { isVendorImage } from "../../components/confluence/problems";

/** What a member says when it panics, on whichever image; the line before tells why. */
export const panicMarker =
  /ClusterPanicListener\][^\n]*\n?[^\n]*Database is being updated by an instance which is not part of the current cluster/;

/** Why a member panicked: as its safety manager said it. */
export interface Panic {
  /** The safety number in the database. */
  readonly database: string;
  /** The number in the cache that the member shares with its cluster. */
  readonly cache: string;
  /** Who set the number in the cache. */
  readonly writer: string;
  /** Who panics. */
  readonly node: string;
}

/** Of the vendor's image one has seen it with blanks inside the brackets; words between differ. */
const difference =
  /Detected different number in database \[?\s*(?<database>-?\d+)\s*\]?.*?cache \[?\s*(?<cache>-?\d+)\s*\]?.*?last set by:? \[?\s*(?<writer>.*?)\s*\]?\.?\s+Triggering panic on node:? \[?\s*(?<node>.*?)\s*\]?\s*$/;

/** The last panic that a log tells the reason of. */
export function lastPanic(log: string): Panic | undefined {
  const line = log.split("\n").findLast((one) => difference.test(one));
  const { database, cache, writer, node } = difference.exec(line ?? "")?.groups ?? {};
  if (database === undefined || cache === undefined || writer === undefined || node === undefined) return undefined;
  return { database, cache, writer, node };
}

/** The reason of the last panic as a sentence has it. */
export function panicReason(log: string): string {
  const panic = lastPanic(log);
  if (panic === undefined) return "its log does not tell why";
  const { database, cache, writer, node } = panic;
  return `the database has the number ${database}, its cache ${cache}, last set by ${writer}; ${node} panics`;
}

/** How many members a log says that the cluster has, the last time it does. */
export const lastMembers = /^[\s\S]*(?:Cluster now has |Members \{size:)(\d+)/;

/** A time as Java's loggers write it: `2019-11-01 00:00:50,836`. */
const stamp = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)/;

/** Four runs of the safety job without a panic mean that nobody else wrote into the database. */
const intervals = 4;

/** The job of the vendor's image knows no other interval. */
const vendorSeconds = 30;

/**
 * For how long a cluster has been one, by a text that begins with `now 2019-11-01 00:00:50 interval 10 image NAME` and
 * goes on with a member's log: `calm`, or what lacks.
 */
export function calmSince(text: string): string {
  const [, now = "", seconds = "", image = ""] = /^now (\S+ \S+) interval (\d+) image (\S+)/.exec(text) ?? [];
  const lines = text.split("\n").slice(1);
  if (panicMarker.test(lines.join("\n"))) return "it has panicked";
  const joined =
    lines.findLast((line) => /Cluster now has \d+ members/.test(line)) ?? lines.find((line) => stamp.test(line));
  const [from, to] = [timeOf(joined ?? ""), timeOf(now)];
  if (from === undefined || to === undefined) return "its log tells no time";
  const wanted = intervals * (isVendorImage(image) ? vendorSeconds : Number(seconds));
  const passed = Math.floor((to - from) / 1000);
  return passed >= wanted ? "calm" : `for ${passed} of ${wanted} s`;
}

function timeOf(line: string): number | undefined {
  const [, day, time] = stamp.exec(line) ?? [];
  return day === undefined || time === undefined ? undefined : Date.parse(`${day}T${time}Z`);
}
