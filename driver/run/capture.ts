import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";
import type { Ran, RunOptions } from "../../lib/ran";

/** Limits and surroundings of a command whose output is read. */
export interface CaptureOptions extends RunOptions {
  /** Added to this process' environment. @default nothing */
  readonly env?: Readonly<Record<string, string>>;
  /** @default the caller's folder */
  readonly cwd?: string;
  /** The command's standard input. @default empty */
  readonly input?: string;
  /** A file that is the standard input, in place of `input`. */
  readonly inputFile?: string;
  /** How long it may take to end once it is told to, in milliseconds; then it is killed. @default 2000 */
  readonly killAfterMs?: number;
  /**
   * How long after its end what it has started may still write to its output, in milliseconds.
   * @default until none of it has that output open any more
   */
  readonly lingerMs?: number;
}

/** The exit code of a command that took too long, as timeout(1) has it. */
export const timedOut = 124;

/** Runs a command and reads what it prints. A failure is a result; only an abort rejects. */
export async function capture(argv: readonly string[], options: CaptureOptions = {}): Promise<Ran> {
  const { execa } = await import("execa");
  const [program = "", ...args] = argv;
  const running = execa(program, args, {
    reject: false,
    ...inputOf(options),
    stripFinalNewline: false,
    maxBuffer: 256 * 1024 * 1024,
    env: { ...options.env },
    cwd: options.cwd,
    timeout: options.timeoutMs,
    cancelSignal: options.signal,
    forceKillAfterDelay: options.killAfterMs ?? 2_000,
  });
  if (options.lingerMs !== undefined) closeAfter(running, options.lingerMs);
  const result = await running;
  options.signal?.throwIfAborted();
  const signalled = result.signal === undefined ? 0 : constants.signals[result.signal];
  // Ended by a clock, or never started: nobody else says so.
  const says = result.timedOut || (result.exitCode === undefined && signalled === 0) ? result.message : undefined;
  return {
    argv,
    exitCode: result.timedOut ? timedOut : (result.exitCode ?? 128 + signalled),
    stdout: result.stdout,
    stderr: result.stderr || (says ?? ""),
    ms: Math.round(result.durationMs),
  };
}

function inputOf({ input, inputFile }: CaptureOptions) {
  if (inputFile !== undefined) return { inputFile };
  return input === undefined ? { stdin: "ignore" as const } : { input };
}

/** Stops reading a while after the command's end; what is in the pipes by then is read first. */
function closeAfter(running: ChildProcess, ms: number): void {
  running.once("exit", () => {
    const close = () => [running.stdout, running.stderr].map((stream) => stream?.destroy());
    const clock = setTimeout(() => setImmediate(close), ms);
    running.once("close", () => clearTimeout(clock));
  });
}

/** Runs a command that must succeed, and returns what it printed. */
export async function read(argv: readonly string[], options: CaptureOptions = {}): Promise<string> {
  const ran = await capture(argv, options);
  if (ran.exitCode !== 0) {
    throw new Error(`${argv.join(" ")} ended with ${ran.exitCode}: ${(ran.stderr || ran.stdout).trim()}`);
  }
  return ran.stdout;
}
