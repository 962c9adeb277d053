import type { Options } from "execa";
import type { Say } from "../lib/progress";

/** A command of the toolchain that did not end with 0. */
export class CommandError extends Error {
  constructor(
    readonly argv: readonly string[],
    readonly exitCode: number | undefined,
    readonly output: string,
  ) {
    const ending = exitCode === undefined ? "did not end by itself" : `ended with ${exitCode}`;
    super(`${argv.join(" ")}: ${ending}\n${output}`);
    this.name = "CommandError";
  }
}

/** What a command may be given. */
export interface RunOptions {
  readonly cwd?: string;
  /** Added to this process' environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Gets the last line of output as it comes. */
  readonly say?: Say;
  readonly input?: string;
  /** @default none */
  readonly timeoutMs?: number;
}

/** Lines of output that an error carries. */
const tail = 40;

/** execa cannot be loaded by the require() that this package's own modules are loaded with. */
const esm = () => import("execa");

/** Runs a command to its end and returns its standard output. */
export async function run(argv: readonly [string, ...string[]], options: RunOptions = {}): Promise<string> {
  const { cwd, env, say, input, timeoutMs } = options;
  const settings = {
    all: true,
    reject: false,
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
    ...(input === undefined ? { stdin: "ignore" } : { input }),
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
  } as const satisfies Options;
  const [file, ...args] = argv;
  const { execa } = await esm();
  const child = execa(file, args, settings);
  if (say !== undefined) {
    child.all.on("data", (chunk: Buffer) => {
      const line = chunk
        .toString()
        .trim()
        .split(/[\r\n]+/)
        .at(-1);
      if (line) {
        say(line);
      }
    });
  }
  const result = await child;
  if (result.exitCode !== 0) {
    const output = result.all || (result.failed ? result.shortMessage : "") || "";
    throw new CommandError(argv, result.exitCode, output.split("\n").slice(-tail).join("\n"));
  }
  return result.stdout;
}

/** Whether a command ends with 0. */
export async function succeeds(argv: readonly [string, ...string[]]): Promise<boolean> {
  const [file, ...args] = argv;
  const { execa } = await esm();
  const result = await execa(file, args, { reject: false, stdio: "ignore" });
  return result.exitCode === 0;
}
