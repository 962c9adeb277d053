import type { Call, Tree } from "../host";
import type { Capture, Streams } from "./capture";

/** One command to run. */
export interface Job {
  readonly command: string;
  /** The properties in force, with secrets revealed. */
  readonly properties: Tree;
  /** The environment that the properties and the previous output ask for. */
  readonly environment: Readonly<Record<string, string>>;
  /** Names in {@link environment} whose absence the command can live with. */
  readonly optionalEnvironment: ReadonlySet<string>;
  readonly stdin: string;
  readonly timeoutSeconds: number | undefined;
  readonly capture: Capture;
  readonly redact: (text: string) => string;
  readonly call: Call;
}

/** Runs a command somewhere; throws {@link CommandFailed} when it does not end with 0. */
export type Runner = (job: Job) => Promise<Streams>;

/** How a run was cut short: by the user, or by its deadline. */
export function whyAborted(job: Job): string {
  return job.call.signal.aborted ? "cancelled" : `not done within ${job.timeoutSeconds} s (customTimeouts)`;
}
