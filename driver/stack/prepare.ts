import type { Values } from "../../checks/language/values";
import type { Lab } from "../../labs/format/lab-data";
import { requireOwn } from "./own";
import type { Stack } from "./stack";

/**
 * Makes a stack ready for `pulumi up`: its lab's values where its config file lacks them, and `set` over what it
 * has. The node image is this version's, unless the file names one of somebody's own.
 *
 * @param lab undefined for a stack that is no lab's
 * @throws UserError where a stack of that name is another's: its config file would lose the salt that its state needs
 */
export async function prepareStack(stack: Stack, lab: Lab | undefined, set: Values): Promise<void> {
  await requireOwn(stack.name);
  await stack.prepare({ missing: lab?.values ?? {}, set });
}
