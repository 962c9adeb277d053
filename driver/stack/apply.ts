import type { Values } from "../../checks/language/values";
import type { Lab } from "../../labs/format/lab-data";
import { type EngineRun, mendStack, runEngine } from "./engine";
import { wentWell } from "./in-vain";
import { prepareStack } from "./prepare";
import type { Stack } from "./stack";

/**
 * Brings a stack to each of these value sets in turn, with one `pulumi up` each.
 *
 * @returns how they ended: with the first that failed, or with the last
 */
export async function applyAll(stack: Stack, lab: Lab | undefined, sets: readonly Values[]): Promise<EngineRun> {
  let changed = false;
  for (const set of sets) {
    await prepareStack(stack, lab, set);
    await mendStack(stack, console.log);
    const update = await runEngine(stack, "up");
    changed ||= update.changed;
    if (update.exitCode !== 0) {
      return { exitCode: update.exitCode, changed };
    }
  }
  wentWell(stack.name);
  return { exitCode: 0, changed };
}

/**
 * Those of a lab's value sets that are still to be applied: a command that was cut short goes on with the last set that
 * is in force, and from the beginning where none is.
 */
export function remaining(sets: readonly Values[], inForce: Values): readonly Values[] {
  return sets.slice(Math.max(0, standing(sets, inForce)));
}

/**
 * The value sets that `up` applies: a stack that is new is broken as its lab has it, one that is on its way there goes
 * on, and any other stays what it is set to.
 */
export function setsOfUp({ broken = [] }: Lab, inForce: Values, isNew: boolean): readonly Values[] {
  const from = isNew ? 0 : standing(broken, inForce);
  const left = from === -1 ? [] : broken.slice(from);
  return left.length === 0 ? [{}] : left;
}

/** The last of the sets whose values are all in force; -1 where none is. */
function standing(sets: readonly Values[], inForce: Values): number {
  return sets.findLastIndex((set) => Object.entries(set).every(([key, value]) => inForce[key] === value));
}
