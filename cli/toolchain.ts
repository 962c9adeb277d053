import { existsSync } from "node:fs";
import path from "node:path";
import { UserError } from "../components/lib/user-error";
import { locateToolchain, type Toolchain } from "../toolchain";

/** True when the programs that every command needs are there. */
export function isBuilt({ binDir, pulumiHome }: Toolchain): boolean {
  const needed = [path.join(binDir, "pulumi"), path.join(binDir, "kubectl"), path.join(pulumiHome, "plugins")];
  return needed.every((file) => existsSync(file));
}

/** The toolchain, which must have been built: these commands look and do not build. */
export function requireToolchain(): Toolchain {
  const toolchain = locateToolchain();
  if (!isBuilt(toolchain)) {
    throw new UserError([
      { field: "toolchain", rule: "is not built yet for this version", mend: "run ./lab up STACK" },
    ]);
  }
  return toolchain;
}
