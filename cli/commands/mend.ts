import type { Values } from "../../checks/language/values";
import { remaining } from "../../driver/stack/apply";
import { requireIdle } from "../../driver/stack/engine";
import { holdStack } from "../../driver/stack/hold";
import { adviceAfter, failedAgain } from "../../driver/stack/in-vain";
import { newEvidenceDir } from "../../driver/stack/paths";
import { withProbes } from "../../driver/stack/probes";
import { Stack } from "../../driver/stack/stack";
import { resolveSettings, valuesInForce } from "../../driver/values/settings";
import { requireLab } from "../../driver/which-stack";
import { loadLabs } from "../../labs";
import type { Lab } from "../../labs/format/lab-data";
import { CommandFailed, exitCodes } from "../../lib/command-failed";
import { UserError } from "../../lib/user-error";
import { requireToolchain } from "../toolchain";
import { checkStack } from "./check";
import { mendProblems } from "./cni-way";
import { meteredUpdate, tellOutage } from "./metered-update";

interface MendOptions {
  readonly lab?: string;
  readonly deadlineFactor: number;
}

/** `./lab fix`: the lab's cure, on a stack that is up, and the proof that the bug is gone. */
export function fix(name: string | undefined, options: MendOptions): Promise<number> {
  return bring("fix", name, options);
}

/** `./lab break`: the lab's bug, on a stack that is up, and the proof that it shows. */
export function breakIt(name: string | undefined, options: MendOptions): Promise<number> {
  return bring("break", name, options);
}

async function bring(command: "fix" | "break", name: string | undefined, options: MendOptions): Promise<number> {
  const { lab, stack } = await requireLab(name, options.lab);
  const sets = command === "fix" ? lab.fixed : lab.broken;
  if (sets === undefined) {
    throw new UserError([await noBug(lab, stack, command)]);
  }
  return holdStack(stack, command, () => bringTo(command, sets, lab, stack, options));
}

async function bringTo(
  command: "fix" | "break",
  sets: readonly Values[],
  lab: Lab,
  stackName: string,
  options: MendOptions,
): Promise<number> {
  const stack = new Stack(stackName, requireToolchain());
  const values = stack.config().values();
  for (const set of sets) {
    resolveSettings(lab.values, values, set);
  }
  const current = resolveSettings(lab.values, values, {}).config.cni;
  const problems = mendProblems(stackName, current, sets);
  if (problems.length > 0) {
    throw new UserError(problems);
  }
  await stack.requireUp();
  requireIdle(stack);
  const evidence = newEvidenceDir(stackName);
  const left = remaining(sets, valuesInForce(lab.values, values));
  return withProbes(stack, async (probed) => {
    const updated = await meteredUpdate(stack, lab, left, { probed, current });
    if (updated.exitCode !== 0) {
      await tellOutage(updated, evidence);
      const again = [command, stackName, ...(options.lab === undefined ? [] : ["--lab", options.lab])].join(" ");
      const inVain = failedAgain(stackName, { command: again, resources: stack.summary()?.resources });
      const afresh = inVain ? [`down ${stackName} and ./lab up ${stackName} to start afresh`] : [];
      throw new CommandFailed(adviceAfter(updated.exitCode, again, afresh, inVain));
    }
    const verdict = await checkStack(stack, lab, {
      ...{ evidence, outage: updated.report, probed },
      deadlineFactor: options.deadlineFactor,
    });
    await tellOutage(updated, evidence);
    return verdict.asExpected ? exitCodes.asExpected : exitCodes.notAsExpected;
  });
}

async function noBug(lab: Lab, stack: string, command: string) {
  const others = (await loadLabs()).filter(({ bug }) => bug !== undefined).map(({ id }) => id);
  return {
    field: "STACK",
    value: stack,
    rule: `lab ${lab.id} has no bug to ${command}; labs with one: ${others.join(", ")}`,
    fix: `./lab check ${stack} shows that it is healthy`,
  };
}
