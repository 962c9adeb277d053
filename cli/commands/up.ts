import type { Values } from "../../checks/language/values";
import { engineOf } from "../../components/cluster/engine/engines";
import { applyAll, setsOfUp } from "../../driver/stack/apply";
import { ConfigFile } from "../../driver/stack/config-file";
import { nodeContainers } from "../../driver/stack/containers";
import { requireIdle } from "../../driver/stack/engine";
import { isExisting } from "../../driver/stack/existing";
import { holdStack } from "../../driver/stack/hold";
import { adviceAfter, failedAgain } from "../../driver/stack/in-vain";
import { requireOwn } from "../../driver/stack/own";
import { stackConfigFile } from "../../driver/stack/paths";
import { settleEngine } from "../../driver/stack/settle-engine";
import { Stack } from "../../driver/stack/stack";
import { changedLines, changedValues } from "../../driver/values/own-values";
import { parseSets, resolveSettings, valuesInForce } from "../../driver/values/settings";
import { requireLab } from "../../driver/which-stack";
import { type Lab, takes } from "../../labs/format/lab-data";
import { CommandFailed, exitCodes } from "../../lib/command-failed";
import { createProgress } from "../../lib/terminal/progress";
import { ensureEngine, ensureToolchain, locateToolchain } from "../../toolchain";
import { preflight } from "../preflight";
import { setUpNotice } from "../toolchain";
import { checkStack } from "./check";

interface UpOptions {
  readonly set?: readonly string[];
  readonly deadlineFactor: number;
}

/** `./lab up`: a stack from whatever state this machine is in, and the proof that it shows what it should. */
export async function up(name: string | undefined, options: UpOptions): Promise<number> {
  const { lab, stack } = await requireLab(name);
  // What can't be done is refused whoever works on the stack.
  const set = parseSets(options.set ?? []);
  resolveSettings(lab.values, new ConfigFile(stackConfigFile(stack)).values(), set);
  return holdStack(stack, "up", () => bringUp(lab, stack, set, options));
}

async function bringUp(lab: Lab, stackName: string, asked: Values, { deadlineFactor }: UpOptions): Promise<number> {
  await requireOwn(stackName);
  const file = new ConfigFile(stackConfigFile(stackName)).values();
  const existing = isExisting(stackName);
  const settled = existing ? undefined : await settleEngine(stackName, { ...lab.values, ...file, ...asked });
  const set = { ...asked, ...settled?.values };
  // What the user sets wins over the lab's bug.
  const sets = setsOfUp(lab, valuesInForce(lab.values, { ...file, ...set }), await isNew(stackName)).map((each) => ({
    ...each,
    ...set,
  }));
  const { config } = resolveSettings(lab.values, file, { ...sets[0] });
  const notice = setUpNotice(locateToolchain());
  if (notice !== undefined) {
    console.log(notice);
  }
  console.log(`Stack ${stackName}: ${existing ? "a cluster that was adopted" : takes(lab)}.`);
  for (const line of changedLines(changedValues(lab, Object.assign({}, file, ...sets)))) {
    console.log(`Stack ${stackName}, ${line}. ./lab down ${stackName} forgets it.`);
  }

  if (settled !== undefined) {
    console.log(`Stack ${stackName} is on ${settled.values.engine}, as ${settled.why}.`);
  }

  const progress = createProgress();
  requireIdle(new Stack(stackName, locateToolchain()));
  if (!existing) {
    await preflight(lab, stackName, config, progress);
  }
  const builds = { engine: engineOf(config.engine).name };
  const stack = new Stack(stackName, await (existing ? ensureEngine(progress) : ensureToolchain(progress, builds)));
  const { exitCode } = await applyAll(stack, lab, sets);
  if (exitCode !== 0) {
    const again = `up ${stackName}`;
    const inVain = failedAgain(stackName, { command: again, resources: stack.summary()?.resources });
    const afresh = inVain
      ? `down ${stackName} and ./lab ${again} to start afresh`
      : `down ${stackName} to start afresh`;
    const giveUp = existing ? `down ${stackName} to leave the cluster as it is` : afresh;
    throw new CommandFailed(adviceAfter(exitCode, again, [giveUp], inVain));
  }
  const verdict = await checkStack(stack, lab, { deadlineFactor });
  const next = [
    `status ${stackName}`,
    `kubectl -s ${stackName} get pods -A`,
    ...(verdict.expect === "symptom" ? [`fix ${stackName}`] : []),
    `down ${stackName}`,
  ];
  console.log(`\nNext: ${next.map((each) => `./lab ${each}`).join("\n      ")}`);
  return verdict.asExpected ? exitCodes.asExpected : exitCodes.notAsExpected;
}

/** True where nothing of the stack is there, neither in its state nor as a container. */
async function isNew(name: string): Promise<boolean> {
  if (isExisting(name)) {
    return false;
  }
  const { resources = 0 } = new Stack(name, locateToolchain()).summary() ?? {};
  // Before the machine is set up there is nothing to ask, and nothing there.
  return resources === 0 && (await nodeContainers(name).catch(() => [])).length === 0;
}
