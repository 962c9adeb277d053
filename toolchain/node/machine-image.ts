import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Artifact, digestOf } from "../artifact";
import { imageExists, importRoot } from "../podman";
import { imageFile } from "./image";

/** Name of the image of machines with a kernel of their own: its tag is the digest of all that enters it. */
export function machineImageName(artifact: Artifact): string {
  return `localhost/cni-lab/machine:${digestOf(artifact)}`;
}

/** A root file system with QEMU and a kernel as an image, in podman's store; the artifact's folder holds no more than its name. */
export function machineImageArtifact(root: Artifact): Artifact {
  const artifact: Artifact = {
    name: "machine-image",
    title: "image of machines with a kernel of their own",
    values: {},
    files: [],
    needs: [root],
    load: "io",
    alsoThere: () => imageExists(machineImageName(artifact)),
    build: async ({ out, pathOf, say }) => {
      await importRoot(join(pathOf(root), "rootfs.tar"), machineImageName(artifact), say);
      await writeFile(join(out, imageFile), `${machineImageName(artifact)}\n`);
    },
  };
  return artifact;
}
