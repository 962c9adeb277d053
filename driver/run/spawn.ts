import { type SpawnOptions, spawn } from "node:child_process";
import { constants } from "node:os";
import type { Readable } from "node:stream";
import { endingInOrder } from "./interrupt";

/** How a program is run in the foreground. */
export interface ForegroundOptions {
  /** Added to this process' environment. @default nothing */
  readonly env?: Readonly<Record<string, string>>;
  /** @default the caller's folder */
  readonly cwd?: string;
  /**
   * What happens to a signal for this command: `pass` hands it on and goes on when the program has ended,
   * as a shell does; `end` also ends this command then. @default "end"
   */
  readonly onSignal?: "pass" | "end";
  /** Sends what it prints to standard output to standard error instead. @default false */
  readonly toStderr?: boolean;
  /** Whether a line that it prints to standard output is let through; it has no terminal there then. @default all are */
  readonly keepLine?: (line: string) => boolean;
}

/**
 * Runs a program with this process' own terminal, or pipes, and returns its exit code as a shell has it.
 *
 * A terminal sends Ctrl-C to every process of the foreground group. Pulumi takes a second one as an order to stop
 * without saving, so the signal is passed on only where the program can't have had it: then it has a group of its own.
 */
export async function runForeground(argv: readonly string[], options: ForegroundOptions = {}): Promise<number> {
  const onTerminal = process.stdin.isTTY === true;
  const [program = "", ...args] = argv;
  const settings: SpawnOptions = {
    stdio: ["inherit", standardOutput(options), "inherit"],
    env: { ...process.env, ...options.env },
    cwd: options.cwd,
    detached: !onTerminal,
  };
  const child = spawn(program, args, settings);
  const { keepLine } = options;
  if (keepLine !== undefined && child.stdout !== null) {
    passLines(child.stdout, keepLine);
  }
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
  const receive = (signal: NodeJS.Signals) => {
    if (!onTerminal && child.pid !== undefined) {
      sendToGroup(child.pid, signal);
    }
  };
  return endingInOrder(receive, () => ended, options.onSignal ?? "end");
}

function standardOutput({ toStderr, keepLine }: ForegroundOptions): "inherit" | "pipe" | number {
  if (keepLine !== undefined) {
    return "pipe";
  }
  return toStderr === true ? process.stderr.fd : "inherit";
}

function passLines(from: Readable, keepLine: (line: string) => boolean): void {
  let rest = "";
  from.setEncoding("utf8");
  from.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    process.stdout.write(
      lines
        .filter(keepLine)
        .map((line) => `${line}\n`)
        .join(""),
    );
  });
  from.on("end", () => {
    if (rest !== "" && keepLine(rest)) {
      process.stdout.write(rest);
    }
  });
}

function sendToGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) {
      throw error;
    }
  }
}
