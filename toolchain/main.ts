import { plainProgress } from "../lib/progress";
import { UserError } from "../lib/user-error";
import { ensureSystem, ensureToolchain, locateToolchain, missing, purge } from ".";

/** The toolchain by itself, for work on it: `node --import tsx toolchain/main.ts ensure`. */
const commands: Readonly<Record<string, () => Promise<unknown>>> = {
  ensure: async () => {
    await ensureSystem(plainProgress());
    return ensureToolchain(plainProgress());
  },
  locate: async () => locateToolchain(),
  missing,
  purge: () => purge(plainProgress()),
};

const command = commands[process.argv[2] ?? ""];
if (command === undefined) {
  console.error(`usage: main.ts ${Object.keys(commands).join("|")}`);
  process.exitCode = 2;
} else {
  command().then(
    (result) => console.log(JSON.stringify(result, undefined, 2)),
    (error: unknown) => {
      console.error(error instanceof UserError ? error.message : error);
      process.exitCode = error instanceof UserError ? 2 : 1;
    },
  );
}
