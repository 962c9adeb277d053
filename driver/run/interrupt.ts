/** The user ended the command; the state is one from which the same command goes on. */
export class Interrupted extends Error {
  constructor(readonly signal: NodeJS.Signals) {
    super(`ended by ${signal}`);
    this.name = "Interrupted";
  }
}

type Receiver = (signal: NodeJS.Signals) => void;

/** How that goes which some work has put somewhere. A failure is the next run's business. */
export interface Clearing {
  /** Ends when it is gone. */
  readonly inOrder: () => Promise<unknown>;
  /** Sees to it that it goes, and waits for nothing. */
  readonly atOnce: () => Promise<unknown>;
}

let received: NodeJS.Signals | undefined;
const receivers = new Set<Receiver>();
const clearings = new Set<Clearing>();

/**
 * Catches the signals that end a command. While something runs that must end in order (Pulumi writes its state),
 * the signal is its own business; else `otherwise` ends the command, after what is to be cleared up. A second signal does
 * not wait for that.
 */
export function catchSignals(otherwise: (interrupted: Interrupted) => void): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      received = signal;
      if (receivers.size === 0) {
        const left = [...clearings];
        clearings.clear();
        const end = () => otherwise(new Interrupted(signal));
        if (left.length === 0) {
          end();
        } else {
          Promise.allSettled(left.map(({ atOnce }) => atOnce())).then(end);
        }
      }
      for (const receive of receivers) {
        receive(signal);
      }
    });
  }
}

/**
 * Runs `work`, which ends in order by itself when `receive` hears of a signal.
 *
 * @param then `end` ends the whole command after it, `pass` goes on with what `work` returned
 */
export async function endingInOrder<T>(receive: Receiver, work: () => Promise<T>, then: "end" | "pass"): Promise<T> {
  receivers.add(receive);
  try {
    const result = await work();
    if (received !== undefined && then === "end") {
      throw new Interrupted(received);
    }
    return result;
  } finally {
    receivers.delete(receive);
  }
}

/** Runs `work`, and clears up after it: also where it fails, and where a signal ends the command. */
export async function clearingUp<T>(clearing: Clearing, work: () => Promise<T>): Promise<T> {
  clearings.add(clearing);
  try {
    return await work();
  } finally {
    // Whoever ends a command does not want to wait. A second signal meets it still here.
    await (received === undefined ? clearing.inOrder() : clearing.atOnce());
    clearings.delete(clearing);
  }
}
