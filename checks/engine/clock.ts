import { setTimeout } from "node:timers/promises";

/** Time as the checks see it, so that tests need not wait. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Waits; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    try {
      await setTimeout(ms, undefined, { signal });
    } catch {
      // Node rejects with an AbortError of its own; callers compare with the reason they gave.
      signal.throwIfAborted();
    }
  },
};
