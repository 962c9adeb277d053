import { UserError } from "../../lib/user-error";
import { Held, waitForMachineLock, withMachineLock } from "../../toolchain/machine-lock";
import { privateDir, stackDir, stateDir } from "./paths";

/** How long one waits for another command that makes the same stack, which takes a second or two. */
const turnMs = 60_000;

/**
 * Holds a stack while `work` changes it, from the first look to the end: no other command of the lab on this machine,
 * from whatever checkout, home and state folder, works on a stack of that name meanwhile.
 *
 * @param command as the user knows it, such as "./lab up flannel"
 * @throws UserError that names who holds it
 */
export async function holdStack<T>(
  stack: string,
  command: string,
  work: () => Promise<T>,
  folder?: string,
): Promise<T> {
  const what = { name: `stack ${stack}`, field: "stack", value: stack, rule: "is being changed by" };
  return hold(what, `./lab ${command} ${stack}`, work, folder);
}

/**
 * Holds the names that tests give to their stacks, for a whole `./lab test`.
 *
 * @throws UserError that names who holds them
 */
export async function holdTests<T>(work: () => Promise<T>, folder?: string): Promise<T> {
  const what = { name: "tests", field: "test", rule: "one run at a time on a machine, and there is" };
  return hold(what, "./lab test", work, folder);
}

/**
 * Does what two commands on a stack must not do at once, such as making it: the second one waits.
 *
 * @throws UserError that names who does it for a minute
 */
export async function takeTurn<T>(stack: string, work: () => Promise<T>): Promise<T> {
  const holder = { command: `./lab ${process.argv.slice(2).join(" ")}`, state: stateDir() };
  try {
    return await waitForMachineLock("turn", holder, turnMs, work, privateDir(stackDir(stack)));
  } catch (error) {
    if (error instanceof Held && error.lock === "turn") {
      throw new UserError([{ field: "stack", value: stack, rule: `is being made by ${heldBy(error)}`, fix }]);
    }
    throw error;
  }
}

async function hold<T>(
  { name, rule, ...what }: { readonly name: string; readonly rule: string; field: string; value?: string },
  command: string,
  work: () => Promise<T>,
  folder: string | undefined,
): Promise<T> {
  // Others can change nothing of root's, and are told so further on.
  if (folder === undefined && process.getuid?.() !== 0) {
    return work();
  }
  try {
    return await withMachineLock(name, "exclusive", { command, state: stateDir() }, work, folder);
  } catch (error) {
    if (error instanceof Held) {
      throw new UserError([{ ...what, rule: `${rule} ${heldBy(error)}`, fix }]);
    }
    throw error;
  }
}

const fix = "wait until it ends, or end it there with Ctrl-C";

function heldBy({ holder }: Held): string {
  if (holder === undefined) {
    return "another ./lab";
  }
  const { command, pid, since, state } = holder;
  const elsewhere = state === stateDir() ? "" : `, whose state is in ${state}`;
  return `${command} (process ${pid} since ${since}${elsewhere})`;
}
