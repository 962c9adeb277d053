import { labOf } from "../labs";
import type { Values } from "./config-file";
import { requireOwn } from "./own";
import type { Stack } from "./stack";

/**
 * Makes a stack ready for `pulumi up`: the lab's values where its config file lacks them, `set` over what it has,
 * and the node image that belongs to this version of the lab.
 *
 * @throws UserError where a stack of that name is another's: its config file would lose the salt that its state needs
 */
export async function prepareStack(stack: Stack, set: Values): Promise<void> {
  await requireOwn(stack.name);
  const lab = await labOf(stack.name);
  await stack.prepare({ missing: lab?.values ?? {}, set: { ...set, nodeImage: stack.toolchain.nodeImage } });
}
