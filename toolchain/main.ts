import { delimiter } from "node:path";
import { plainProgress } from "../lib/progress";
import { UserError } from "../lib/user-error";
import {
  ensureNodeImage,
  ensurePlugins,
  ensureSystem,
  ensureToolchain,
  locateToolchain,
  missing,
  packagesToBuild,
  purge,
  thisMachine,
} from ".";

const ui = plainProgress();
const asJson = (value: unknown) => JSON.stringify(value, undefined, 2);

/**
 * The toolchain by itself, without `./lab`. `npm run node-image` and `npm run plugins` are what plain Pulumi needs of
 * it. What it prints is the result alone; progress goes to stderr.
 */
const commands: Readonly<Record<string, (engine?: string) => Promise<string>>> = {
  "node-image": async (engine) => {
    await ensureSystem(ui, thisMachine(engine));
    return ensureNodeImage(ui, { engine });
  },
  plugins: async () => (await ensurePlugins(ui)).join(delimiter),
  ensure: async () => {
    await ensureSystem(ui);
    return asJson(await ensureToolchain(ui));
  },
  locate: async () => asJson(locateToolchain()),
  missing: async () => asJson(await missing("look", undefined, await packagesToBuild())),
  purge: async () => {
    await purge(ui);
    return "";
  },
};

const [name = "", ...args] = process.argv.slice(2);
const command = commands[name];
if (command === undefined) {
  console.error(`usage: main.ts ${Object.keys(commands).join("|")} [ENGINE]`);
  process.exitCode = 2;
} else {
  command(...args).then(
    (result) => console.log(result),
    (error: unknown) => {
      console.error(error instanceof UserError ? error.message : error);
      process.exitCode = error instanceof UserError ? 2 : 1;
    },
  );
}
