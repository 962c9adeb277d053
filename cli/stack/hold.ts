import { UserError } from "../../components/lib/user-error";
import { Held, withMachineLock } from "../../toolchain/machine-lock";
import { stateDir } from "./paths";

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
  // Others can change nothing of root's, and are told so further on.
  if (folder === undefined && process.getuid?.() !== 0) {
    return work();
  }
  const holder = { command: `./lab ${command} ${stack}`, state: stateDir() };
  try {
    return await withMachineLock(`stack ${stack}`, "exclusive", holder, work, folder);
  } catch (error) {
    if (error instanceof Held) {
      throw new UserError([{ field: "stack", value: stack, ...heldBy(error) }]);
    }
    throw error;
  }
}

function heldBy({ holder }: Held): { rule: string; mend: string } {
  const mend = "wait until it ends, or end it there with Ctrl-C";
  if (holder === undefined) {
    return { rule: "is being changed by another ./lab", mend };
  }
  const { command, pid, since, state } = holder;
  const elsewhere = state === stateDir() ? "" : `, whose state is in ${state}`;
  return { rule: `is being changed by ${command} (process ${pid} since ${since}${elsewhere})`, mend };
}
