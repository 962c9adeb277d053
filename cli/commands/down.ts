import type { ContainerEngine } from "../../components/cluster/engine/engine";
import { stackLabel } from "../../components/cluster/engine-labels";
import { strangersProblems, type Thing } from "../../components/cluster/owner";
import { Interrupted } from "../../driver/run/interrupt";
import { engineOfStack } from "../../driver/stack/container-engine";
import { describeLeftovers, existingVolumes, type Leftovers, leftovers, remove } from "../../driver/stack/containers";
import { mendStack, requireIdle, runEngine } from "../../driver/stack/engine";
import { isExisting } from "../../driver/stack/existing";
import { holdStack } from "../../driver/stack/hold";
import { strangersOf } from "../../driver/stack/own";
import { Stack } from "../../driver/stack/stack";
import { changedBeforeUp, changedText } from "../../driver/values/own-values";
import { allStacks, labOf, requireStack } from "../../driver/which-stack";
import { CommandFailed, exitCodes } from "../../lib/command-failed";
import { describeProblem, UserError } from "../../lib/user-error";
import { locateToolchain } from "../../toolchain";
import { reportError } from "../report-error";
import { isBuilt, requireToolchain } from "../toolchain";

interface DownOptions {
  readonly all?: boolean;
  readonly keepConfig?: boolean;
  readonly force?: boolean;
}

/** `./lab down`: removes stacks in whatever state they are, and proves that nothing of them is left. */
export async function down(
  name: string | undefined,
  { all = false, keepConfig = false, force = false }: DownOptions,
): Promise<number> {
  if (all && name !== undefined) {
    throw new UserError([{ field: "STACK", value: name, rule: "can't be named together with --all" }]);
  }
  if (all && force) {
    const rule = "can't be used with --all: what another lab has made is removed by name";
    throw new UserError([{ field: "--force", rule, fix: "./lab down STACK --force" }]);
  }
  const names = all ? await allStacks() : [await requireStack(name)];
  if (names.length === 0) {
    console.log("No stack is up; nothing of the lab is left.");
  }
  let exitCode: number = exitCodes.asExpected;
  for (const each of names) {
    const options = { all, keepConfig, force };
    exitCode = Math.max(exitCode, all ? await downBesideOthers(each, options) : await downOne(each, options));
  }
  return exitCode;
}

/** That one of all stacks can't be removed now is said, and keeps none of the others. */
async function downBesideOthers(name: string, options: Required<DownOptions>): Promise<number> {
  try {
    // Whoever works on it: another's stack is no reason to leave the own ones.
    const others = await strangersOf(name);
    return others.length > 0 ? leaveAlone(name, others, true) : await downOne(name, options);
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    return reportError(error);
  }
}

function downOne(name: string, { all, keepConfig, force }: Required<DownOptions>): Promise<number> {
  return holdStack(name, "down", async () => {
    if (isExisting(name)) {
      return leaveCluster(name);
    }
    const strangers = force ? [] : await strangersOf(name);
    if (strangers.length > 0) {
      return leaveAlone(name, strangers, all);
    }
    const ended = await removeStack(name);
    if (!keepConfig) {
      await forgetValues(name);
    }
    return ended;
  });
}

/** What is another's goes only where it is named and asked for. @throws UserError where it is named, and not asked for */
async function leaveAlone(name: string, strangers: readonly Thing[], all: boolean): Promise<number> {
  const problems = strangersProblems(await engineOfStack(name), name, strangers);
  if (!all) {
    throw new UserError(problems);
  }
  for (const problem of problems) {
    console.log(`Left alone: ${describeProblem(problem)}`);
  }
  return exitCodes.asExpected;
}

/** A lab that is brought up anew is the lab. A stack of somebody's own keeps its values. */
async function forgetValues(name: string): Promise<void> {
  const lab = await labOf(name);
  if (lab === undefined) {
    return;
  }
  const stack = new Stack(name, locateToolchain());
  const before = changedBeforeUp(lab, stack.config().values());
  stack.forgetValues();
  const kept = new Set(changedBeforeUp(lab, stack.config().values()).map(({ key }) => key));
  const forgotten = before.filter(({ key }) => !kept.has(key));
  if (forgotten.length > 0) {
    console.log(
      `Forgotten, so that ./lab up ${name} is the lab again (or use --keep-config): ${changedText(forgotten)}`,
    );
  }
}

/** Leaves an adopted cluster with the CNI that it has, and takes away what the lab has added. */
async function leaveCluster(name: string): Promise<number> {
  const stack = new Stack(name, requireToolchain());
  requireIdle(stack);
  if (await stack.exists()) {
    console.log(`The cluster of ${name} keeps the CNI that it has, and its pods. What the lab has added to it goes.`);
    await mendStack(stack, console.log);
    if ((await runEngine(stack, "destroy")).exitCode !== 0) {
      const again = `do what it says, and run ./lab down ${name} again`;
      throw new CommandFailed(`pulumi destroy failed, and the rest of the lab is still on the cluster: ${again}`);
    }
  }
  await stack.forget();
  stack.forgetValues();
  console.log(`Stack ${name} is gone, and with it what ./lab adopt has written. The cluster is left as it is.`);
  return exitCodes.asExpected;
}

async function removeStack(name: string): Promise<number> {
  const label = `${stackLabel}=${name}`;
  // Asked while the state still tells.
  const engine = await engineOfStack(name);
  const before = await leftovers(engine, label);
  const stack = new Stack(name, locateToolchain());
  requireIdle(stack);
  // Without its toolchain a stack goes by its label only: all of it is in its nodes, and they need no goodbye.
  if (!stack.isReadable()) {
    console.log(`The state of ${name} can't be read; removing the stack by its label.`);
  } else if (isBuilt(stack.toolchain) && (await stack.exists())) {
    await mendStack(stack, console.log);
    await destroy(engine, stack, before);
  }
  await remove(engine, before);
  await remove(engine, await leftovers(engine, label));
  await stack.forget();
  return prove(engine, name, label, before);
}

/**
 * Destroys by the state. Where that fails, the nodes go first: a cluster that hangs can't hold up its own end then.
 * What the state still names after a second failure was all inside of them, so the state may be forgotten.
 */
async function destroy(engine: ContainerEngine, stack: Stack, things: Leftovers): Promise<void> {
  if ((stack.summary()?.resources ?? 1) === 0 || (await runEngine(stack, "destroy")).exitCode === 0) {
    return;
  }
  console.log("pulumi destroy failed; removing the nodes by their label and trying again");
  await remove(engine, things);
  if ((await runEngine(stack, "destroy")).exitCode !== 0) {
    console.log("pulumi destroy failed again with the nodes gone; forgetting the stack's state");
  }
}

async function prove(engine: ContainerEngine, name: string, label: string, before: Leftovers): Promise<number> {
  const now = await leftovers(engine, label);
  const volumes = [...new Set([...now.volumes, ...(await existingVolumes(engine, before.volumes))])];
  const left = describeLeftovers({ ...now, volumes });
  if (left.length > 0) {
    throw new CommandFailed(`left of ${name}: ${left.join(", ")}`, exitCodes.notAsExpected);
  }
  const gone = describeLeftovers(before).length;
  console.log(
    `Stack ${name} is gone: no container, network or volume of it is left (${gone === 0 ? "there was none" : `there were ${gone}`}).`,
  );
  return exitCodes.asExpected;
}
