import { z } from "zod";
import { parseJson } from "../../lib/json";

/** What is asked from a node: its name in the report, and how. */
export type Target =
  | {
      readonly name: string;
      readonly by: "http";
      readonly host: string;
      readonly port: number;
      /** The node whose pod must answer: an address may have gone to another pod. @default any */
      readonly node?: string;
    }
  | { readonly name: string; readonly by: "dns"; readonly server: string; readonly question: string };

/** A line to a prober, which is toolchain/programs/echo: what it asks from now on. */
export interface Order {
  readonly targets: readonly Target[];
  /** Between two probes of a target, in ms. */
  readonly everyMs: number;
}

/** A line from a prober: one probe that was answered or lost. */
export interface Outcome {
  readonly target: string;
  /** When it was sent, in ms since the prober began. */
  readonly at: number;
  /** Until its answer, or until it was given up, in ms. */
  readonly ms: number;
  /** Why it counts as lost; absent for one that was answered. */
  readonly lost?: string;
}

/** A line from a prober, after the outcomes that it writes together, and where there are none: that it is there. */
export interface Pulse {
  /** In ms since the prober began. */
  readonly now: number;
  /** The outcomes of all probes that were sent before are told. */
  readonly toldTo: number;
}

const format = z.union([
  z.object({ now: z.number(), toldTo: z.number() }),
  z.object({ target: z.string(), at: z.number(), ms: z.number(), lost: z.string().optional() }),
]);

/** Reads a line from a prober; undefined for one that is none of its own. */
export function readLine(line: string): Outcome | Pulse | undefined {
  return format.safeParse(parseJson(line)).data;
}

/** This machine's monotonic clock, in ms. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}
