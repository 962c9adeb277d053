import { shellExports, shellFolder } from "../../driver/stack/env";
import { privateDir } from "../../driver/stack/paths";
import { prepareStack } from "../../driver/stack/prepare";
import { Stack } from "../../driver/stack/stack";
import { requireLab } from "../../driver/which-stack";
import { requireToolchain } from "../toolchain";

/** `./lab env`: what a shell must export so that plain pulumi and kubectl work on a stack. */
export async function env(name: string | undefined): Promise<number> {
  const { lab, stack: stackName } = await requireLab(name);
  const stack = new Stack(stackName, requireToolchain());
  await prepareStack(stack, lab, {});
  if ((await stack.outputs()) !== undefined) {
    await stack.requireUp();
  }
  process.stdout.write(shellExports({ ...stack.env, TMPDIR: privateDir(shellFolder(stackName)) }));
  return 0;
}
