/** One command that was run: what, how it ended and what it printed. */
export interface Ran {
  /** The words that were run, program first, as one would type them on this machine. */
  readonly argv: readonly string[];
  /** Exit code of the command; 124, as timeout(1) has it, when `timeoutMs` ended it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** How long it ran, in milliseconds. */
  readonly ms: number;
}

/** Limits on one command. */
export interface RunOptions {
  /** Ends the command, and all it started, when aborted; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Ends the command after so many milliseconds, with exit code 124. */
  readonly timeoutMs?: number;
}
