import { labIds, loadLab } from "../labs";
import { existingLab } from "../labs/existing";
import { type Lab, onStackOf } from "../labs/format/lab-data";
import { refusal } from "../lib/suggest";
import { UserError } from "../lib/user-error";
import { defaultStack } from "./default-stack";
import { ConfigFile } from "./stack/config-file";
import { nodeContainers, stacksWithContainers } from "./stack/containers";
import { adoptedStacks, isExisting } from "./stack/existing";
import { stackConfigFile } from "./stack/paths";
import { knownStacks, stackState } from "./stack/state";

/** Stacks of this name are the labs' own tests': the same lab beside a user's stack of it. */
export const testPrefix = "test-";

/** A lab, and the stack that is to show it. */
export interface LabStack {
  readonly lab: Lab;
  readonly stack: string;
}

/**
 * A lab that `up` can build, or another one on its stack.
 *
 * @throws UserError that names all labs, and the one that was probably meant.
 */
export async function requireLab(stack: string = defaultStack, other?: string): Promise<LabStack> {
  const lab = await labOf(stack);
  if (lab === undefined) {
    throw new UserError([refusal("STACK", stack, [...labIds(), ...adoptedStacks()])]);
  }
  if (other === undefined) {
    return { lab, stack };
  }
  if (!labIds().includes(other)) {
    throw new UserError([refusal("--lab", other, labIds())]);
  }
  return { lab: onStackOf(lab, await loadLab(other)), stack };
}

/** The lab behind a stack, or the cluster that was adopted; undefined for a stack that somebody made with plain Pulumi. */
export async function labOf(stack: string): Promise<Lab | undefined> {
  if (isExisting(stack)) {
    return existingLab(stack, new ConfigFile(stackConfigFile(stack)).values());
  }
  const id = stack.startsWith(testPrefix) ? stack.slice(testPrefix.length) : stack;
  return labIds().includes(id) ? loadLab(id) : undefined;
}

/** Stacks that are in the backend, or whose containers are there without it. */
export async function allStacks(): Promise<string[]> {
  return [...new Set([...knownStacks(), ...(await stacksWithContainers())])].sort();
}

/** Those of all stacks that hold anything. */
export async function livingStacks(): Promise<string[]> {
  const containers = await nodeContainers();
  return (await allStacks()).filter((stack) => stackState(stack, containers) !== "-");
}

/** A stack to look at or to remove: a lab, or anything that is there. @throws UserError that names what is there. */
export async function requireStack(stack: string = defaultStack): Promise<string> {
  if ((await labOf(stack)) !== undefined) {
    return stack;
  }
  const all = await allStacks();
  if (!all.includes(stack)) {
    const living = await livingStacks();
    const now = living.length === 0 ? "no stack is up" : `up now: ${living.join(", ")}`;
    const problem = refusal("STACK", stack, [...new Set([...labIds(), ...all])], `name one, as in: -s STACK`);
    throw new UserError([{ ...problem, rule: `${problem.rule} (${now})` }]);
  }
  return stack;
}
