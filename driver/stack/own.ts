import { lanNames } from "../../components/cluster/lan";
import { recordedText } from "../../components/cluster/own-state";
import { ownerOf, strangersAmong, strangersProblems, type Thing } from "../../components/cluster/owner";
import { readThings, standingLine } from "../../components/cluster/standing";
import { UserError } from "../../lib/user-error";
import { read } from "../run/capture";
import { askEngines } from "./ask-engines";
import { engineOfStack } from "./container-engine";
import { backendUrl } from "./env";

/**
 * What of the container engine carries a stack's label, and is another backend's.
 *
 * @param networkNames of networks to look at besides, whatever their labels are
 */
export async function strangersOf(stack: string, networkNames: readonly string[] = []): Promise<Thing[]> {
  const engine = await engineOfStack(stack);
  const printed = await read(["sh", "-c", standingLine(engine, stack)]);
  const backend = backendUrl();
  const things = readThings(engine, printed, stack, networkNames);
  const recorded = recordedText(backend, "cni-lab", stack);
  return strangersAmong(things, { stack, owner: ownOwner(), recorded });
}

/** What the container engine has of all stacks, whosever they are. */
export async function thingsOfStacks(): Promise<Thing[]> {
  const things = await askEngines(async (engine) => readThings(engine, await read(["sh", "-c", standingLine(engine)])));
  return things.flat().filter(({ stack }) => stack !== undefined);
}

/** The owner that this lab's own backend is. */
export function ownOwner(): string {
  return ownerOf(backendUrl());
}

/** Goes on only where nothing of a stack is another's. @throws UserError that names what is, whose, and what to do */
export async function requireOwn(stack: string): Promise<void> {
  // Before the machine is set up there is nothing to ask, and nothing there. The program itself asks once more.
  const strangers = await strangersOf(stack, [lanNames(stack).first]).catch(() => []);
  if (strangers.length > 0) {
    throw new UserError(strangersProblems(await engineOfStack(stack), stack, strangers));
  }
}
