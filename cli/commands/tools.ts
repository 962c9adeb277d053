import { defaultStack } from "../../driver/default-stack";
import { runForeground } from "../../driver/run/spawn";
import { prepareState, toolEnv } from "../../driver/stack/env";
import { nodesOfStack, type StackNode } from "../../driver/stack/nodes";
import { repository } from "../../driver/stack/paths";
import { prepareStack } from "../../driver/stack/prepare";
import { Stack } from "../../driver/stack/stack";
import { labOf, livingStacks, requireStack } from "../../driver/which-stack";
import { labIds } from "../../labs";
import { refusal } from "../../lib/suggest";
import { UserError } from "../../lib/user-error";
import { requireToolchain } from "../toolchain";

interface ToolOptions {
  readonly stack?: string;
}

/** `./lab kubectl`: kubectl itself, with its terminal and exit code. */
export async function kubectl(args: readonly string[], { stack: name }: ToolOptions): Promise<number> {
  const stack = new Stack(await requireStack(name), requireToolchain());
  await stack.requireUp();
  return runForeground(["kubectl", ...args], { env: stack.env, onSignal: "pass" });
}

/** `./lab node`: a command on a node, or a shell. */
export async function node(name: string, command: readonly string[], options: ToolOptions): Promise<number> {
  const found = await requireNode(await requireStack(options.stack), name);
  const terminal = process.stdin.isTTY && process.stdout.isTTY ? "input and terminal" : "input";
  const words = command.length > 0 ? command : ["bash", "--login"];
  return runForeground(found.exec(words, terminal), { onSignal: "pass" });
}

/** A node of a stack that runs. @throws UserError that names those there are */
export async function requireNode(stack: string, name: string): Promise<StackNode> {
  const nodes = await nodesOfStack(stack);
  const found = nodes.find((each) => each.name === name || each.container === name);
  if (found === undefined) {
    const names = nodes.map((each) => each.name);
    throw new UserError([await noSuchNode(stack, name, names)]);
  }
  return found;
}

/** `./lab pulumi`: Pulumi itself, pointed at a stack that is made where it lacks. */
export async function pulumi(args: readonly string[], { stack: name }: ToolOptions): Promise<number> {
  const toolchain = requireToolchain();
  // `./lab pulumi version` and the like need no stack, so a default that is no lab is no reason to refuse.
  const needsNone = name === undefined && !labIds().includes(defaultStack);
  if (needsNone) {
    const env = toolEnv(toolchain);
    prepareState(env);
    return runForeground(["pulumi", ...args], { env, cwd: repository, onSignal: "pass" });
  }
  const stack = new Stack(await requireStack(name), toolchain);
  await prepareStack(stack, await labOf(stack.name), {});
  return runForeground(["pulumi", ...args], { env: stack.env, cwd: repository, onSignal: "pass" });
}

async function noSuchNode(stack: string, name: string, nodes: readonly string[]) {
  if (nodes.length > 0) {
    return refusal("NODE", name, nodes);
  }
  const living = await livingStacks();
  const up = living.length === 0 ? "no stack is up" : `stacks that are up: ${living.join(", ")}`;
  return { field: "STACK", value: stack, rule: `has no running node; ${up}`, fix: `run ./lab up ${stack}` };
}
