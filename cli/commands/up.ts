import { ensureToolchain, locateToolchain } from "../../toolchain";
import { requireLab } from "../labs";
import { preflight } from "../preflight";
import { CommandFailed, exitCodes } from "../report-error";
import { parseSets, resolveSettings } from "../settings";
import { ConfigFile } from "../stack/config-file";
import { mendStack, requireIdle, runEngine } from "../stack/engine";
import { stackConfigFile } from "../stack/paths";
import { prepareStack } from "../stack/prepare";
import { Stack } from "../stack/stack";
import { isBuilt } from "../toolchain";
import { createProgress } from "../ui/progress";
import { checkStack } from "./check";

interface UpOptions {
  readonly set?: readonly string[];
}

/** `./lab up`: a stack from whatever state this machine is in, and the proof that it shows what it should. */
export async function up(name: string | undefined, options: UpOptions): Promise<number> {
  const { lab, stack: stackName } = await requireLab(name);
  const set = parseSets(options.set ?? []);
  const { config } = resolveSettings(lab.values, new ConfigFile(stackConfigFile(stackName)).values(), set);
  if (!isBuilt(locateToolchain())) {
    console.log("First set-up on this machine: about 25 minutes on 2 cores and 20 GiB of disk, once.");
  }
  console.log(
    `Stack ${stackName}: about ${lab.minutes} minutes and ${(lab.memoryMiB / 1024).toFixed(1)} GiB of memory.`,
  );

  const progress = createProgress();
  requireIdle(new Stack(stackName, locateToolchain()));
  await preflight(lab, stackName, config, progress);
  const stack = new Stack(stackName, await ensureToolchain(progress));
  await prepareStack(stack, set);
  await mendStack(stack, console.log);

  const exitCode = await runEngine(stack, "up");
  if (exitCode !== 0) {
    throw new CommandFailed(
      `pulumi up ended with ${exitCode}; what it said stands above. ` +
        `Run ./lab up ${stackName} to go on from here, or ./lab down ${stackName} to start afresh`,
    );
  }
  const verdict = await checkStack(stack, lab);
  console.log(
    `\nNext: ./lab status ${stackName}\n      ./lab kubectl -s ${stackName} get pods -A\n      ./lab down ${stackName}`,
  );
  return verdict.asExpected ? exitCodes.asExpected : exitCodes.notAsExpected;
}
