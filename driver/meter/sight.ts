import type { Period } from "./period";
import type { Outcome, Pulse } from "./protocol";

/**
 * What came over one connection to a prober, which has a clock of its own. Each pulse says how much that one is behind
 * this machine's, and the time that the line took on its way; the fastest line tells it best.
 */
export class Sight {
  private readonly told: Outcome[] = [];
  private behind = Number.POSITIVE_INFINITY;
  private toldTo = 0;

  outcome(outcome: Outcome): void {
    this.told.push(outcome);
  }

  /** @param arrived when it came, by this machine's clock */
  pulse({ now, toldTo }: Pulse, arrived: number): void {
    this.behind = Math.min(this.behind, arrived - now);
    this.toldTo = toldTo;
  }

  /**
   * The probes until the time up to which all are told, by this machine's clock: of those after it the answered ones
   * may be told, and the lost ones not yet.
   */
  outcomes(): Outcome[] {
    return this.told
      .filter(({ at }) => at < this.toldTo)
      .map((outcome) => ({ ...outcome, at: outcome.at + this.behind }));
  }

  /** From the first of these probes on; undefined where there are none. */
  period(): Period | undefined {
    const times = this.outcomes().map(({ at }) => at);
    return times.length === 0
      ? undefined
      : { fromMs: times.reduce((a, b) => Math.min(a, b)), toMs: this.toldTo + this.behind };
  }
}
