import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Artifact, digestOf } from "../artifact";
import { imageFile } from "./image";

/** An image that is a root file system as it is, for tests. */
interface RootImage {
  /** Of the artifact; the image's repository is named by it too. */
  readonly name: "machine" | "docker";
  readonly title: string;
}

/** For long tests: QEMU and a kernel. */
export const machineImage: RootImage = { name: "machine", title: "image of machines with a kernel of their own" };

/** Docker's engine. */
export const dockerImage: RootImage = { name: "docker", title: "image of machines with Docker" };

/** Full name of such an image: its tag is the digest of all that enters it. */
export function rootImageName({ name }: RootImage, artifact: Artifact): string {
  return `localhost/cni-lab/${name}:${digestOf(artifact)}`;
}

/** A root file system as an image, in the engine's store; the artifact's folder holds no more than its name. */
export function rootImageArtifact(image: RootImage, root: Artifact): Artifact {
  const artifact: Artifact = {
    name: `${image.name}-image`,
    title: image.title,
    values: {},
    files: [],
    needs: [root],
    load: "io",
    alsoThere: (engine) => engine.exists(rootImageName(image, artifact)),
    build: async ({ out, engine, pathOf, say }) => {
      await engine.importRoot(join(pathOf(root), "rootfs.tar"), rootImageName(image, artifact), say);
      await writeFile(join(out, imageFile), `${rootImageName(image, artifact)}\n`);
    },
  };
  return artifact;
}
