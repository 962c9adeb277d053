import { existsSync } from "node:fs";
import { read } from "../../driver/run/capture";
import { livingStacks } from "../../driver/which-stack";
import { createProgress } from "../../lib/terminal/progress";
import { UserError } from "../../lib/user-error";
import { purge as purgeToolchain } from "../../toolchain";
import { userCache } from "../../toolchain/cache";

/** `./lab purge`: removes all that can be built again. */
export async function purge(): Promise<number> {
  const living = await livingStacks();
  if (living.length > 0) {
    const rule = "is up, and its nodes use what would be removed";
    throw new UserError(
      living.map((stack) => ({ field: "stack", value: stack, rule, fix: `run ./lab down ${stack}` })),
    );
  }
  const { root } = userCache();
  if (existsSync(root)) {
    console.log(`Removing the node images and ${await sizeOf(root)} of caches in ${root}.`);
  }
  await purgeToolchain(createProgress());
  return 0;
}

async function sizeOf(folder: string): Promise<string> {
  const [size = "?"] = (await read(["du", "--summarize", "--human-readable", folder])).split("\t");
  return size;
}
