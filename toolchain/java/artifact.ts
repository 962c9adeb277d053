import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Artifact } from "../artifact";
import { repository } from "../repository";
import { run } from "../run";
import { compileCommand, jar, javac, packCommand } from "./compile";
import { fetchJars } from "./jars";
import type { JavaProgram } from "./program";

/** Folder of the artifact that holds all jars. */
export const libraries = "lib";

/**
 * A folder with the jar of a Java program and the jars that it needs. The JDK alone builds it: no code of a registry
 * runs, and none is read before its digest is known to be the pinned one.
 *
 * @param origin The registry of the jars. @default the one that this machine's settings of Maven name
 */
export function javaArtifact({ name, version, jars }: JavaProgram, origin?: string): Artifact {
  const sources = join("toolchain", "programs", name, "src", "main", "java");
  return {
    name,
    title: `${name} ${version}`,
    values: { javac, jar, jars: jars.map((each) => ({ ...each })) },
    files: [sources],
    needs: [],
    packages: ["openjdk-17-jdk-headless", "curl", "ca-certificates"],
    load: "cpu",
    build: async ({ out, scratch, cache, say }) => {
      const [into, classes] = [join(out, libraries), join(scratch, "classes")];
      await Promise.all([into, classes].map((folder) => mkdir(folder)));
      const classPath = await fetchJars(jars, { kept: cache.maven, into, say, from: origin });
      const from = join(repository, sources);
      await run(await compileCommand(from, classPath, classes, scratch), { cwd: from, say });
      await run(await packCommand(classes, join(into, `${name}.jar`), scratch), { cwd: classes, say });
    },
  };
}
