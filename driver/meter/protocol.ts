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

/** A line to a prober: what it asks from now on. */
export interface Order {
  readonly targets: readonly Target[];
}

/** A line from a prober: one probe that was answered or lost. */
export interface Outcome {
  readonly target: string;
  /** When it was sent, in ms on the machine's monotonic clock, which all processes share. */
  readonly at: number;
  /** Until its answer, or until it was given up, in ms. */
  readonly ms: number;
  /** Why it counts as lost; absent for one that was answered. */
  readonly lost?: string;
}

/** Between two probes of a target, in ms. */
export const everyMs = 100;

/** A probe without an answer counts as lost after so many ms. */
export const timeoutMs = 1_000;

/** The machine's monotonic clock, in ms. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}
