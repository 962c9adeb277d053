import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { existsSync } from "node:fs";
import { isList } from "../host";
import { CommandFailed } from "./failure";
import { type Job, type Runner, whyAborted } from "./runner";

const DEFAULT_INTERPRETER = ["/bin/sh", "-c"];
/** What a command gets to clean up after its deadline. */
const GRACE_MS = 3000;

/** Runs a command on this machine, in a process group of its own. */
export const runLocally: Runner = async (job) => {
  const { command, properties, call, capture } = job;
  const dir = typeof properties.dir === "string" ? properties.dir : process.cwd();
  if (!existsSync(dir)) throw failed(job, `dir is ${JSON.stringify(dir)}: no such directory`);

  const interpreter = isList(properties.interpreter) ? properties.interpreter.map(String) : [];
  const [program = "/bin/sh", ...args] = [...(interpreter.length > 0 ? interpreter : DEFAULT_INTERPRETER), command];
  const child = start(job, [program, ...args], dir);
  capture.take("stdout", child.stdout);
  capture.take("stderr", child.stderr);
  // A command need not read what it is given.
  child.stdin.on("error", () => {});
  child.stdin.end(job.stdin);

  let late = false;
  const deadline = setTimeout(
    () => {
      late = true;
      void call.children.end(child, GRACE_MS);
    },
    (job.timeoutSeconds ?? 0) * 1000,
  );
  if (job.timeoutSeconds === undefined) clearTimeout(deadline);
  try {
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once("error", (error) => reject(failed(job, cannotStart(error, program))));
      child.once("close", (exitCode, by) => resolve([exitCode, by]));
    });
    if (late || call.signal.aborted) throw failed(job, whyAborted(job));
    if (code !== 0) throw failed(job, signal === null ? `exit status ${code}` : `ended by ${signal}`);
    return capture.streams();
  } finally {
    clearTimeout(deadline);
  }
};

/** Most reasons not to start come as an event, some (too big) at once. */
function start(job: Job, argv: [string, ...string[]], cwd: string): ChildProcessWithoutNullStreams {
  try {
    return job.call.children.spawn(argv, { cwd, env: { ...process.env, ...job.environment } });
  } catch (error) {
    throw failed(job, cannotStart(error as NodeJS.ErrnoException, argv[0]));
  }
}

function failed({ command, capture, redact }: Job, how: string): CommandFailed {
  return new CommandFailed(how, command, capture.streams(), redact);
}

function cannotStart(error: NodeJS.ErrnoException, program: string): string {
  if (error.code === "E2BIG") {
    return "the command or its environment is too big for the system (128 KiB a piece); pass data by stdin, and set addPreviousOutputInEnv to false when it is earlier output";
  }
  return `can't start ${JSON.stringify(program)} (${error.code ?? error.message})`;
}
