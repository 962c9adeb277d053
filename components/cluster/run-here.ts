import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { describeProblem, type Problem } from "../../lib/user-error";
import { shown } from "../args/shown";

/** What a command line gets beside itself. */
export interface RunHereOptions {
  /** Whether what it says is shown while it runs. @default "none" */
  readonly logging?: "none" | "stderr";
  /** @default nothing beside the engine's own */
  readonly environment?: Readonly<Record<string, string>>;
  /** @default empty */
  readonly stdin?: string | undefined;
}

/** How many command lines run side by side: each is a process or two. */
const most = 16;

/** Those that wait for their turn. */
const waiting: (() => void)[] = [];
let running = 0;

/**
 * Runs a command line on this machine while the program runs, in a preview too; gives what it printed.
 *
 * @param problem what is told where it fails: of an error of the call itself Pulumi says that it is an unhandled
 * exception of the program, and shows a stack of its own innards
 * @param opts whose provider runs it. @default the stack's
 * @throws pulumi.RunError with the problem
 */
export async function runHere(
  line: string,
  problem: (said: string) => Problem,
  opts?: pulumi.InvokeOptions,
  more: RunHereOptions = {},
): Promise<string> {
  const { code, printed, said } = await run(line, more, opts);
  if (code !== "0") {
    throw refusal([problem(said)]);
  }
  return printed;
}

/** An error that Pulumi shows as these lines, and nothing else. */
export function refusal(problems: readonly Problem[]): pulumi.RunError {
  return shown(new pulumi.RunError(problems.map(describeProblem).join("\n")));
}

async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (running >= most) {
    await new Promise<void>((begin) => waiting.push(begin));
  } else {
    running += 1;
  }
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) {
      running -= 1;
    } else {
      next();
    }
  }
}

async function run(
  line: string,
  { logging = "none", ...more }: RunHereOptions,
  opts?: pulumi.InvokeOptions,
): Promise<{ readonly code: string; readonly printed: string; readonly said: string }> {
  try {
    const ran = await inTurn(() =>
      command.local.run({ command: `(${line}\n)\nprintf '\\n%s' "$?"`, logging, ...more }, opts),
    );
    const [, printed = "", code = ""] = /^(.*)\n(\d+)$/s.exec(ran.stdout) ?? [];
    return { code, printed: printed.trimEnd(), said: ran.stderr.trim() };
  } catch (error) {
    // The engine ends, or its plugin can't start a shell.
    return { code: "", printed: "", said: error instanceof Error ? error.message : String(error) };
  }
}
