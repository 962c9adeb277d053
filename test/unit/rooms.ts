import { readdirSync } from "node:fs";
import path from "node:path";

/** The project's folder. */
export const repository = path.resolve(__dirname, "../..");

/** Each room at the top, and the rooms that its files may import. */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  components: ["lib"],
  stacks: ["components", "lib"],
  checks: ["components", "lib"],
  labs: ["checks", "components", "lib"],
  toolchain: ["lib"],
  driver: ["stacks", "labs", "checks", "components", "lib", "toolchain"],
  report: ["driver", "stacks", "labs", "checks", "components", "lib"],
  cli: ["report", "driver", "stacks", "labs", "checks", "components", "lib", "toolchain"],
  bench: ["cli", "report", "driver", "stacks", "labs", "checks", "components", "lib", "toolchain"],
};

/** All rooms. */
export const rooms: readonly string[] = Object.keys(mayImport);

/** The files of these rooms whose names end so, from the project's folder on. */
export function filesOf(some: readonly string[] = rooms, ending = /\.ts$/): string[] {
  return some.flatMap((room) =>
    readdirSync(path.join(repository, room), { recursive: true, encoding: "utf8" })
      .filter((name) => ending.test(name))
      .map((name) => path.join(room, name)),
  );
}
