import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { UserError } from "../lib/user-error";
import { locateToolchain, type Toolchain } from "../toolchain";

/** True when the programs that every command needs are there. */
export function isBuilt({ binDir, pulumiHome, prober }: Toolchain): boolean {
  const needed = [path.join(binDir, "pulumi"), path.join(binDir, "kubectl"), path.join(pulumiHome, "plugins"), prober];
  return needed.every((file) => existsSync(file));
}

/** What a user is told before a set-up; undefined where there is nothing to set up. */
export function setUpNotice(toolchain: Toolchain): string | undefined {
  if (isBuilt(toolchain)) {
    return undefined;
  }
  const store = path.dirname(toolchain.binDir);
  return existsSync(store) && readdirSync(store).some((name) => name.startsWith("bin-"))
    ? "Set-up: what this version has changed is built first, once."
    : "First set-up on this machine: about 25 minutes on 2 cores and 20 GiB of disk, once.";
}

/** The toolchain, which must have been built: these commands look and do not build. */
export function requireToolchain(): Toolchain {
  const toolchain = locateToolchain();
  if (!isBuilt(toolchain)) {
    throw new UserError([{ field: "toolchain", rule: "is not built yet for this version", fix: "run ./lab up STACK" }]);
  }
  return toolchain;
}
