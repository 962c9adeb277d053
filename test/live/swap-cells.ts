import { generator, shuffled } from "./seed";

/** When in a swap something fails, in the order of a swap. */
export const moments = [
  "new-applied",
  "new-ready",
  "first-node-moving",
  "first-node-moved",
  "old-deleted",
  "mid-clean",
] as const;
export type Moment = (typeof moments)[number];

/** What is ended by SIGKILL. */
export const faults = ["engine", "plugin", "kubelet", "node"] as const;
export type Fault = (typeof faults)[number];

/** One failure of a swap, and what the user does about it. */
export interface Cell {
  readonly fault: Fault;
  readonly moment: Moment;
  /** Whether the next update has the new value still, or the old one again. */
  readonly goes: "on" | "back";
}

/** All faults at all moments, one in two of which goes back, in an order of the seed's. */
export function allCells(seed: number): Cell[] {
  const pairs = faults.flatMap((fault) => moments.map((moment) => ({ fault, moment })));
  return shuffled(pairs, generator(seed)).map((pair, index) => ({ ...pair, goes: index % 2 === 0 ? "back" : "on" }));
}

/**
 * One cell of each fault, at four different moments; two of them go back. Of the two by two ways the seed has left, the
 * shorter one: what failed early goes back, and a kubelet goes on, as its swap is over before anything can be undone.
 */
export function someCells(seed: number): Cell[] {
  const random = generator(seed);
  const chosen = shuffled(moments, random);
  const cells = shuffled(faults, random).flatMap((fault, index) => {
    const moment = chosen[index];
    return moment === undefined ? [] : [{ fault, moment }];
  });
  const undone = cells
    .filter(({ fault }) => fault !== "kubelet")
    .sort((a, b) => moments.indexOf(a.moment) - moments.indexOf(b.moment))
    .slice(0, 2);
  return cells.map((cell) => ({ ...cell, goes: undone.includes(cell) ? "back" : "on" }));
}
