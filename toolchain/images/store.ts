import { chmod, copyFile, link, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Artifact, digestOf } from "../artifact";
import { repository } from "../repository";
import { archivedName } from "./artifact";
import { buildContainers, buildImageName } from "./names";
import type { Workload } from "./workloads";

const script = "toolchain/images/import-images";

/**
 * The workload images as a node's containerd has them, `store.tar`, to be unpacked at `/` of the node:
 * importing them at every start of a node would cost 25 to 42 s.
 */
export function imageStore(workloads: readonly Workload[], archive: Artifact, nodeRoot: Artifact): Artifact {
  const artifact: Artifact = {
    name: "image-store",
    title: "image store of the nodes",
    values: workloads.map(({ name, images }) => [name, images]),
    files: [script],
    needs: [archive, nodeRoot],
    load: "io",
    build: async ({ out, scratch, engine, pathOf, say }) => {
      const digest = digestOf(artifact);
      const image = buildImageName("store", digest);
      const input = join(scratch, "in");
      await mkdir(input);
      await link(join(pathOf(archive), "images.tar"), join(input, "images.tar"));
      await copyFile(join(repository, script), join(input, "import-images"));
      await chmod(join(input, "import-images"), 0o755);
      await writeFile(join(input, "names"), names(workloads, digestOf(archive)));
      try {
        await engine.importRoot(join(pathOf(nodeRoot), "rootfs.tar"), image, say);
        await engine.runThrowaway(
          {
            name: `${buildContainers}${digest}`,
            image,
            argv: ["/in/import-images"],
            inputs: { [input]: "/in", [out]: "/out" },
            outputs: { "/out": out },
            volumes: ["/var/lib/containerd"],
          },
          say,
        );
      } finally {
        await engine.remove([image]);
      }
    },
  };
  return artifact;
}

function names(workloads: readonly Workload[], archive: string): string {
  return workloads
    .flatMap((workload) => workload.images.map((image) => `${archivedName(workload, archive)} ${image}\n`))
    .join("");
}
