import { rename } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Artifact } from "../artifact";
import { rootfsArtifact } from "../debian/rootfs";
import type { Root } from "../debian/roots";
import { goArtifact } from "../go/artifacts";
import type { GoChoice } from "../go/choice";
import type { GoProgram, Patch } from "../go/program";
import { javaArtifact, libraries } from "../java/artifact";
import type { JavaProgram } from "../java/program";
import { run } from "../run";

/** Where an image has files from, besides those that lie beside its Containerfile. */
export interface Source {
  /** The name of its artifact. */
  readonly name: string;
  /** What lies in the artifact's folder. */
  readonly files: readonly string[];
  /** What is not as upstream has it. @default all is */
  readonly patches?: readonly Patch[];
  /** The artifact, built with the Go of this machine where it is a Go program. */
  readonly artifact: (go: GoChoice) => Artifact;
}

/** The files of a Go program. */
export function goSource(program: GoProgram): Source {
  const { name, files, copies, patches } = program;
  return {
    name,
    // Some images have all of it.
    files: [".", ...Object.keys(files), ...Object.keys(copies?.files ?? {})],
    ...(patches === undefined ? {} : { patches }),
    artifact: (go) => goArtifact(program, go),
  };
}

/** The jars of a Java program, in a folder `lib`. */
export function javaSource(program: JavaProgram): Source {
  return { name: program.name, files: [libraries], artifact: () => javaArtifact(program) };
}

/** One file of a root, for an image that has nothing else of it. */
export function debianFile(root: Root, path: string): Source {
  const name = basename(path);
  const rootfs = rootfsArtifact(root);
  return {
    name,
    files: [name],
    artifact: () => ({
      name,
      title: `${name} of Debian`,
      values: { path },
      files: [],
      needs: [rootfs],
      load: "io",
      build: async ({ out, scratch, pathOf, say }) => {
        await run(["tar", "-C", scratch, "-xf", join(pathOf(rootfs), "rootfs.tar"), `./${path}`], { say });
        await rename(join(scratch, path), join(out, name));
      },
    }),
  };
}
