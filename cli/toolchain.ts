import { existsSync } from "node:fs";
import path from "node:path";
import { UserError } from "../components/lib/user-error";
import { locateToolchain, type Toolchain } from "../toolchain";

/** The toolchain, which must have been built: these commands look and do not build. */
export function requireToolchain(): Toolchain {
  const toolchain = locateToolchain();
  if (!["pulumi", "kubectl"].every((program) => existsSync(path.join(toolchain.binDir, program)))) {
    throw new UserError([
      { field: "toolchain", rule: "is not built yet for this version", mend: "run ./lab up STACK" },
    ]);
  }
  return toolchain;
}
