import { link, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { nodeImageRepository as nodeImage, versions } from "../../lib/versions";
import { type Artifact, digestOf } from "../artifact";
import { buildImageName } from "../images/names";
import { repository } from "../repository";
import { run } from "../run";
import { linkUnits } from "./units";

/** What the node image is put together of. */
export interface NodeParts {
  readonly root: Artifact;
  readonly imageStore: Artifact;
  readonly cniPlugins: Artifact;
}

const folder = join("toolchain", "node");

/** File of the artifact that holds the name of its image. */
export const imageFile = "image";

/** Name of a node image: its tag is the digest of all that enters it. */
export function nodeImageName(artifact: Artifact): string {
  return `${nodeImage}:${digestOf(artifact)}`;
}

/** The node image, in the engine's store; the artifact's folder holds no more than its name. */
export function nodeImageArtifact({ root, imageStore, cniPlugins }: NodeParts): Artifact {
  const artifact: Artifact = {
    name: "node-image",
    title: "node image",
    values: {
      repository: nodeImage,
      kubernetes: versions.kubernetes,
      cniPlugins: versions.cniPlugins,
      debian: versions.debian,
    },
    files: [join(folder, "Containerfile"), join(folder, "files"), join(folder, "units.ts")],
    needs: [root, imageStore, cniPlugins],
    load: "io",
    alsoThere: (engine) => engine.exists(nodeImageName(artifact)),
    build: async ({ out, scratch, engine, pathOf, say }) => {
      const base = buildImageName("root", digestOf(artifact));
      const context = join(scratch, "context");
      await mkdir(context);
      await link(join(pathOf(imageStore), "store.tar"), join(context, "store.tar"));
      await run(["cp", "--archive", "--link", pathOf(cniPlugins), join(context, "cni")]);
      await run(["cp", "--archive", join(repository, folder, "files"), join(context, "files")]);
      await linkUnits(join(context, "files"));
      try {
        await engine.importRoot(join(pathOf(root), "rootfs.tar"), base, say);
        await engine.build(
          {
            image: nodeImageName(artifact),
            containerfile: join(repository, folder, "Containerfile"),
            context,
            args: {
              BASE: base,
              KUBERNETES: versions.kubernetes,
              CNI_PLUGINS: versions.cniPlugins,
              DEBIAN: versions.debian,
            },
          },
          say,
        );
      } finally {
        await engine.remove([base]);
      }
      await writeFile(join(out, imageFile), `${nodeImageName(artifact)}\n`);
    },
  };
  return artifact;
}
