/** The user ended the command; the state is one from which the same command goes on. */
export class Interrupted extends Error {
  constructor(readonly signal: NodeJS.Signals) {
    super(`ended by ${signal}`);
    this.name = "Interrupted";
  }
}

type Receiver = (signal: NodeJS.Signals) => void;

let received: NodeJS.Signals | undefined;
const receivers = new Set<Receiver>();

/**
 * Catches the signals that end a command. While something runs that must end in order (Pulumi writes its state),
 * the signal is its own business; else `otherwise` ends the command at once.
 */
export function catchSignals(otherwise: (interrupted: Interrupted) => void): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      received = signal;
      if (receivers.size === 0) {
        otherwise(new Interrupted(signal));
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
