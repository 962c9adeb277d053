import { copyFile, cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Artifact } from "../artifact";
import { repository } from "../repository";
import { run } from "../run";
import { javaEnv } from "./home";
import type { JavaProgram } from "./program";

/** Folder of the artifact that holds all jars. */
export const libraries = "lib";

/** What enters a build; tests do not. */
const inputs = ["pom.xml", "jars.sha256", "src/main"];

const maven = ["mvn", "--batch-mode", "--strict-checksums", "-Dmaven.test.skip=true"] as const;

/** A folder with the jar of a Maven project and the jars that it needs. */
export function javaArtifact({ name, version, jars }: JavaProgram): Artifact {
  const folder = join("toolchain", "programs", name);
  return {
    name,
    title: `${name} ${version}`,
    values: { maven, jars },
    files: inputs.map((input) => join(folder, input)),
    needs: [],
    load: "cpu",
    build: async ({ out, scratch, cache, say }) => {
      // Maven writes into the folder that it builds in.
      await Promise.all(
        inputs.map((input) => cp(join(repository, folder, input), join(scratch, input), { recursive: true })),
      );
      const options = { cwd: scratch, env: javaEnv(scratch), say };
      await run([...maven, `-Dmaven.repo.local=${cache.maven}`, "package"], options);
      const target = join(scratch, "target");
      await run(["sha256sum", "--check", "--strict", join(scratch, "jars.sha256")], { cwd: target, say });
      await mkdir(join(out, libraries));
      await Promise.all([`${name}.jar`, ...jars].map((jar) => copyFile(join(target, jar), join(out, libraries, jar))));
    },
  };
}
