import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { privateDir, stackDir } from "./paths";
import { writePrivate } from "./private-file";

/** Which command failed last on a stack, and how far it came. */
interface Failure {
  readonly command: string;
  /** How many resources the stack had then; absent where only Pulumi could tell. */
  readonly resources?: number;
}

/**
 * Notes that a command has failed.
 *
 * @param stack its name
 * @returns whether the same command was the last one to fail, and has come no further since: whoever ran it again
 * because the lab said so did that in vain
 */
export function failedAgain(stack: string, failure: Failure): boolean {
  const file = noteOf(stack);
  const note = JSON.stringify(failure);
  const before = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  privateDir(stackDir(stack));
  writePrivate(file, note);
  return before === note;
}

/** Forgets the last failure: what comes next is not in vain for its sake. */
export function wentWell(stack: string): void {
  rmSync(noteOf(stack), { force: true });
}

/**
 * What is said of an update that failed: the same command goes on, unless that was tried just now.
 *
 * @param again the command that goes on, and `others` what else there is to do, both without `./lab`
 */
export function adviceAfter(exitCode: number, again: string, others: readonly string[], inVain: boolean): string {
  const ended = `pulumi up ended with ${exitCode}; what it said stands above`;
  const rest = others.map((each) => `./lab ${each}`);
  return inVain
    ? `${ended}. ./lab ${again} has ended like this before, and got no further. Run ${rest.join(", or ")}`
    : `${ended}. Run ${[`./lab ${again} to go on from here`, ...rest].join(", or ")}`;
}

const noteOf = (stack: string) => path.join(stackDir(stack), "failed.json");
