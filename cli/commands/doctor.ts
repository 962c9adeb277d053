import { engineHere } from "../../driver/stack/container-engine";
import { exitCodes } from "../../lib/command-failed";
import { table } from "../../lib/terminal/table";
import { missing, packagesToBuild } from "../../toolchain";
import { userCache } from "../../toolchain/cache";
import { chosenPlugins, describeChoice } from "../../toolchain/plugins-choice";
import { choiceFile } from "../../toolchain/pulumi/home";

/** `./lab doctor`: what this machine is missing, and how to fix it. */
export async function doctor(): Promise<number> {
  const { engine, why } = await engineHere();
  const lacks = await missing("look", engine.name, await packagesToBuild());
  if (lacks.length === 0) {
    console.log("This machine has all that the lab needs.");
    console.log(`Container engine: ${engine.name}${why === undefined ? "" : `, as ${why}`}.`);
    console.log(`Provider plugins: ${describePlugins()}.`);
    return exitCodes.asExpected;
  }
  console.log(
    table(
      ["missing", "fix"],
      lacks.map(({ what, fix }) => [what, fix]),
    ),
  );
  return exitCodes.notAsExpected;
}

function describePlugins(): string {
  return describeChoice(chosenPlugins(choiceFile(userCache())));
}
