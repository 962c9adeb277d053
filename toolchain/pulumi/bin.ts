import { link, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Artifact } from "../artifact";

/**
 * One folder with the programs of several artifacts, for PATH. Hard links: Pulumi looks for its language host beside
 * its own file, and warns at every run when it finds it on PATH only.
 */
export function binFolder(programs: readonly Artifact[]): Artifact {
  return {
    name: "bin",
    title: "programs",
    values: { links: "hard" },
    files: [],
    needs: programs,
    load: "io",
    build: async ({ out, pathOf }) => {
      for (const program of programs) {
        const names = await readdir(pathOf(program));
        await Promise.all(names.map((name) => link(join(pathOf(program), name), join(out, name))));
      }
    },
  };
}
