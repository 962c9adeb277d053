import type { Ran, RunOptions } from "./ran";

/** Limits and surroundings of a command whose output is read. */
export interface CaptureOptions extends RunOptions {
  /** Added to this process' environment. @default nothing */
  readonly env?: Readonly<Record<string, string>>;
  /** @default the caller's folder */
  readonly cwd?: string;
  /** The command's standard input. @default empty */
  readonly input?: string;
}

/** The exit code of a command that took too long, as timeout(1) has it. */
export const timedOut = 124;

/** Runs a command and reads what it prints. A failure is a result; only an abort rejects. */
export async function capture(argv: readonly string[], options: CaptureOptions = {}): Promise<Ran> {
  const { execa } = await import("execa");
  const [program = "", ...args] = argv;
  const result = await execa(program, args, {
    reject: false,
    ...(options.input === undefined ? { stdin: "ignore" as const } : { input: options.input }),
    stripFinalNewline: false,
    maxBuffer: 256 * 1024 * 1024,
    env: { ...options.env },
    cwd: options.cwd,
    timeout: options.timeoutMs,
    cancelSignal: options.signal,
    forceKillAfterDelay: 2_000,
  });
  options.signal?.throwIfAborted();
  return {
    argv,
    exitCode: result.timedOut ? timedOut : (result.exitCode ?? 128),
    stdout: result.stdout,
    stderr: result.stderr === "" && result.exitCode === undefined ? (result.message ?? "") : result.stderr,
    ms: Math.round(result.durationMs),
  };
}

/** Runs a command that must succeed, and returns what it printed. */
export async function read(argv: readonly string[], options: CaptureOptions = {}): Promise<string> {
  const ran = await capture(argv, options);
  if (ran.exitCode !== 0) {
    throw new Error(`${argv.join(" ")} ended with ${ran.exitCode}: ${(ran.stderr || ran.stdout).trim()}`);
  }
  return ran.stdout;
}
