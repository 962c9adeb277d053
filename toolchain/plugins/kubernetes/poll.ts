import { setTimeout as sleep } from "node:timers/promises";
import type { Tree } from "../host";
import { ApiError } from "./api-error";
import type { Verdict } from "./readiness";

/** What a poll asks, and how it is told of. */
export interface Poll {
  /** The live object; undefined when it is gone. */
  get(): Promise<Tree | undefined>;
  look(live: Tree): Promise<Verdict>;
  /** Called with what it waits for, whenever that has changed. */
  onWait(what: string): void;
  readonly seconds: number;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/** The time that a poll goes by. */
export interface Clock {
  /** In milliseconds. */
  now(): number;
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** How a poll ended. */
export interface Polled {
  /** Why the object is not ready; undefined when it is. */
  readonly why?: string;
  readonly warning?: string;
}

const pause = { firstMs: 200, factor: 1.5, longestMs: 2000 };

/** Looks at an object until it lacks nothing and has settled, or the time is over; then what it lacked last is told. */
export async function poll({ get, look, onWait, seconds, signal }: Poll, clock: Clock = realClock): Promise<Polled> {
  const deadline = clock.now() + seconds * 1000;
  let last: { seen: string; since: number } | undefined;
  let told = "";
  for (let ms = pause.firstMs; ; ms = Math.min(ms * pause.factor, pause.longestMs)) {
    const { lacks, seen = "", settleSeconds = 0, meanwhile = "settling", warning } = await once(get, look, signal);
    if (lacks === undefined && last?.seen !== seen) last = { seen, since: clock.now() };
    if (lacks !== undefined) last = undefined;
    const isOver = clock.now() >= deadline;
    const settlesIn = last === undefined ? Number.POSITIVE_INFINITY : last.since + settleSeconds * 1000 - clock.now();
    const isSettled = settlesIn <= 0;
    // As the official plugin: at the end, what lacks nothing counts as ready though it has not settled.
    if (lacks === undefined && (isSettled || isOver || signal.aborted)) return { warning };
    // What a cancelled request says is no answer.
    const what = (signal.aborted ? told : "") || (lacks ?? meanwhile);
    if (signal.aborted) return { why: `was not ready yet when this was cancelled: ${what}` };
    if (isOver) return { why: seconds === 0 ? `is not ready: ${what}` : `was not ready within ${seconds} s: ${what}` };
    if (what !== told) onWait(what);
    told = what;
    await clock.sleep(Math.min(ms, settlesIn, Math.max(deadline - clock.now(), 0)), signal);
  }
}

/** One look. The API server may be away for a while: that is told like anything else that lacks. */
async function once(get: Poll["get"], look: Poll["look"], signal: AbortSignal): Promise<Verdict> {
  try {
    const live = await get();
    return live === undefined ? { lacks: "it was deleted meanwhile" } : await look(live);
  } catch (error) {
    if (error instanceof ApiError && !signal.aborted) throw error;
    return { lacks: (error as Error).message };
  }
}

const realClock: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds, signal) => {
    await sleep(milliseconds, undefined, { signal }).catch(() => {});
  },
};
