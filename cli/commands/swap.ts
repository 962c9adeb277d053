import { type CniName, cniNames } from "../../components/cni/registry";
import { requireIdle } from "../../driver/stack/engine";
import { holdStack } from "../../driver/stack/hold";
import { adviceAfter, failedAgain } from "../../driver/stack/in-vain";
import { newEvidenceDir } from "../../driver/stack/paths";
import { type Probed, withProbes } from "../../driver/stack/probes";
import { Stack } from "../../driver/stack/stack";
import { resolveSettings } from "../../driver/values/settings";
import { requireLab } from "../../driver/which-stack";
import type { Lab } from "../../labs/format/lab-data";
import { CommandFailed, exitCodes } from "../../lib/command-failed";
import { refusal } from "../../lib/suggest";
import { UserError } from "../../lib/user-error";
import { requireToolchain } from "../toolchain";
import { carryProblems, cniArchive, probeArchive } from "./carry";
import { checkStack } from "./check";
import { swapProblems } from "./cni-way";
import { meteredUpdate, type Strategy, tellOutage } from "./metered-update";

interface SwapOptions {
  readonly strategy: Strategy;
  readonly carryImages?: boolean;
  readonly meterEvery: number;
  readonly deadlineFactor: number;
}

/** `./lab swap`: another CNI for a stack that is up, and what its pods noticed of that. */
export async function swap(name: string, cni: string, options: SwapOptions): Promise<number> {
  const { lab, stack } = await requireLab(name);
  const next = requireCni(cni);
  return holdStack(stack, "swap", () => swapTo(lab, stack, next, options));
}

async function swapTo(
  lab: Lab,
  stackName: string,
  next: CniName,
  { strategy, carryImages = false, meterEvery, deadlineFactor }: SwapOptions,
): Promise<number> {
  const stack = new Stack(stackName, requireToolchain());
  const values = stack.config().values();
  resolveSettings(lab.values, values, { cni: next });
  const { cni: previous } = resolveSettings(lab.values, values, {}).config;
  const problems = [...swapProblems(previous, next, strategy), ...(carryImages ? carryProblems(stackName) : [])];
  if (problems.length > 0) {
    throw new UserError(problems);
  }
  await stack.requireUp();
  requireIdle(stack);
  if (previous === next) {
    console.log(
      `${stackName} is set to ${next} already: pulumi up runs again and ends what was cut short, if anything.`,
    );
  }

  const evidence = newEvidenceDir(stackName);
  const carried = carryImages ? await cniArchive(stackName, next) : {};
  const probeImage = carryImages ? await probeArchive(stackName) : undefined;
  const sets = updates(previous, next, strategy).map((each) => ({ cni: each, ...carried }));
  const work = async (probed: Probed) => {
    const from = { probed, current: previous, alsoSame: true, everyMs: meterEvery };
    const updated = await meteredUpdate(stack, lab, sets, from);
    if (updated.exitCode !== 0) {
      await tellOutage(updated, evidence);
      const again = `swap ${stackName} ${next}`;
      const inVain = failedAgain(stackName, { command: again, resources: stack.summary()?.resources });
      const others = [back(stackName, previous, next), ...(inVain ? [afresh(stackName)] : [])];
      throw new CommandFailed(adviceAfter(updated.exitCode, again, others, inVain));
    }
    const verdict = await checkStack(stack, lab, { evidence, outage: updated.report, probed, deadlineFactor });
    await tellOutage(updated, evidence);
    return verdict.asExpected ? exitCodes.asExpected : exitCodes.notAsExpected;
  };
  return withProbes(stack, work, probeImage);
}

/** The values that `cni` takes, one `pulumi up` each. */
export function updates(previous: CniName, next: CniName, strategy: Strategy): readonly CniName[] {
  const viaNone = strategy === "replace" && next !== "none" && previous !== "none" && previous !== next;
  return viaNone ? ["none", next] : [next];
}

function requireCni(cni: string): CniName {
  const known = cniNames.find((each) => each === cni);
  if (known === undefined) {
    throw new UserError([refusal("CNI", cni, cniNames)]);
  }
  return known;
}

/** Where nobody knows any more which CNI it was, any other one is a way back. */
function back(stack: string, previous: CniName, next: CniName): string {
  const cnis = cniNames.filter((each) => (previous === next ? each !== next : each === previous));
  return `swap ${stack} ${cnis.join("|")} to go back`;
}

const afresh = (stack: string) => `down ${stack} and ./lab up ${stack} to start afresh`;
