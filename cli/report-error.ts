import { writeFileSync } from "node:fs";
import path from "node:path";
import { Interrupted } from "../driver/run/interrupt";
import { privateDir, stateDir } from "../driver/stack/paths";
import { CommandFailed, exitCodes } from "../lib/command-failed";
import { mask } from "../lib/mask";
import { plain } from "../lib/plain";
import { describeProblem, UserError } from "../lib/user-error";

/** Tells the user what went wrong, in as few lines as it takes, and returns the exit code that says so. */
export function reportError(error: unknown, tell: (line: string) => void = (line) => console.error(line)): number {
  // What failed may tell what a node or a pod has said.
  const say = (lines: string) => tell(lines.split("\n").map(plain).join("\n"));
  if (error instanceof UserError) {
    for (const problem of error.problems) {
      say(`lab: ${describeProblem(problem)}`);
    }
    return exitCodes.couldNotRun;
  }
  if (error instanceof Interrupted) {
    say("lab: interrupted; run the same command again to go on");
    return exitCodes.interrupted;
  }
  if (error instanceof CommandFailed) {
    say(`lab: ${error.message}`);
    return error.exitCode;
  }
  const message = error instanceof Error ? error.message : String(error);
  say(`lab: ${mask(message.split("\n")[0] ?? "")} (unexpected; details in ${keepLog(error)})`);
  return exitCodes.couldNotRun;
}

/** Keeps the whole error where the user finds it; the disk may be full, and that must not hide the error. */
function keepLog(error: unknown): string {
  const file = path.join(stateDir(), "error.log");
  const text = mask(error instanceof Error ? (error.stack ?? error.message) : String(error));
  try {
    privateDir(stateDir());
    writeFileSync(file, `${new Date().toISOString()} lab ${mask(process.argv.slice(2).join(" "))}\n${text}\n`, {
      mode: 0o600,
    });
    return file;
  } catch {
    return `no file, as ${stateDir()} can't be written: ${text}`;
  }
}
