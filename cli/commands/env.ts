import { shellFolder } from "../../driver/stack/env";
import { privateDir } from "../../driver/stack/paths";
import { prepareStack } from "../../driver/stack/prepare";
import { shellExports, shellVariables, shellWords } from "../../driver/stack/shell-env";
import { Stack } from "../../driver/stack/stack";
import { requireLab } from "../../driver/which-stack";
import { requireToolchain } from "../toolchain";

/** `./lab env`: what a shell must export so that plain pulumi and kubectl work on a stack; what for goes to stderr. */
export async function env(name: string | undefined): Promise<number> {
  const { lab, stack: stackName } = await requireLab(name);
  const toolchain = requireToolchain();
  const stack = new Stack(stackName, toolchain);
  await prepareStack(stack, lab, {});
  if ((await stack.outputs()) !== undefined) {
    await stack.requireUp();
  }
  privateDir(shellFolder(stackName));
  const variables = shellVariables(toolchain, stackName);
  process.stderr.write(shellWords(variables));
  process.stdout.write(shellExports(variables));
  return 0;
}
