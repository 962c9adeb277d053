import { UserError } from "../../components/lib/user-error";
import { type CniName, cniNames } from "../../stacks/schema";
import { requireLab } from "../labs";
import { CommandFailed, exitCodes } from "../report-error";
import { resolveSettings } from "../settings";
import { mendStack, requireIdle, runEngine } from "../stack/engine";
import { newEvidenceDir } from "../stack/paths";
import { prepareStack } from "../stack/prepare";
import { Stack } from "../stack/stack";
import { refusal } from "../suggest";
import { requireToolchain } from "../toolchain";
import { checkStack } from "./check";

/** `rolling` moves node by node; `replace` takes the old CNI away before the new one comes. */
export type Strategy = "rolling" | "replace";

interface SwapOptions {
  readonly strategy: Strategy;
}

/** `./lab swap`: another CNI for a stack that is up, with what its pods noticed of it. */
export async function swap(name: string, cni: string, { strategy }: SwapOptions): Promise<number> {
  const { lab, stack: stackName } = await requireLab(name);
  const next = requireCni(cni);
  const stack = new Stack(stackName, requireToolchain());
  const { config } = resolveSettings(lab.values, stack.config().values(), { cni: next });
  await stack.requireUp();
  requireIdle(stack);
  const previous = resolveSettings(lab.values, stack.config().values(), {}).config.cni;
  if (previous === next) {
    console.log(
      `Stack ${stackName} is set to ${next} already: runs pulumi up again, which ends a swap that was cut short.`,
    );
  }
  const evidence = newEvidenceDir(stackName);
  for (const step of updates(previous, config.cni, strategy)) {
    await prepareStack(stack, { cni: step });
    await mendStack(stack, console.log);
    const exitCode = await runEngine(stack, "up");
    if (exitCode !== 0) {
      throw new CommandFailed(stopped(exitCode, stackName, previous, next));
    }
  }
  if (next === "none") {
    console.log(`Stack ${stackName} has no CNI now: its pods have no network, and there is nothing to check.`);
    return exitCodes.asExpected;
  }
  const verdict = await checkStack(stack, lab, { evidence });
  return verdict.asExpected ? exitCodes.asExpected : exitCodes.notAsExpected;
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

function stopped(exitCode: number, stack: string, previous: CniName, next: CniName): string {
  const back = cniNames.filter((each) => (previous === next ? each !== next : each === previous));
  return (
    `pulumi up ended with ${exitCode}; what it said stands above. Run ./lab swap ${stack} ${next} to go on from here, ` +
    `or ./lab swap ${stack} ${back.join("|")} to go back`
  );
}
