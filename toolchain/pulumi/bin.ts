import { readdir, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Artifact } from "../artifact";

/** One folder with the programs of several artifacts, for PATH. */
export function binFolder(programs: readonly Artifact[]): Artifact {
  return {
    name: "bin",
    title: "programs",
    values: {},
    files: [],
    needs: programs,
    load: "io",
    build: async ({ out, pathOf }) => {
      for (const program of programs) {
        // As seen from the finished folder, which lies beside those of the programs.
        const from = join("..", basename(pathOf(program)));
        const names = await readdir(pathOf(program));
        await Promise.all(names.map((name) => symlink(join(from, name), join(out, name))));
      }
    },
  };
}
