import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Artifact, digestOf } from "../artifact";
import { buildImage, importRoot, removeImages, saveImages } from "../podman";
import { repository } from "../repository";
import { run } from "../run";
import { buildImageName } from "./names";
import type { Workload } from "./workloads";

/** What the workload images are made of. */
export interface WorkloadParts {
  readonly base: Artifact;
  /** The built program of each workload that has one, by the program's name. */
  readonly programs: ReadonlyMap<string, Artifact>;
}

/** Name that a workload's image has in the archive; containerd gets the upstream names. */
export function archivedName({ name }: Workload, archive: string): string {
  return buildImageName(name, archive);
}

/** All workload images in one archive, `images.tar`, that holds a layer they share once. */
export function workloadImages(workloads: readonly Workload[], { base, programs }: WorkloadParts): Artifact {
  const artifact: Artifact = {
    name: "workload-images",
    title: "workload images",
    values: workloads.map(({ name, version, from }) => [name, version, "baseFile" in from ? from.baseFile : from.name]),
    files: workloads.map(({ name }) => join("toolchain", "images", name)),
    needs: [base, ...programs.values()],
    load: "io",
    build: async ({ out, scratch, pathOf, say }) => {
      // Names of this build alone: the user's own images of the upstream names stay as they are.
      const digest = digestOf(artifact);
      const baseImage = buildImageName("base", digest);
      const built = workloads.map((workload) => archivedName(workload, digest));
      const rootfs = join(pathOf(base), "rootfs.tar");
      try {
        await importRoot(rootfs, baseImage, say);
        for (const workload of workloads) {
          const folder = join("toolchain", "images", workload.name);
          await buildImage(
            {
              image: archivedName(workload, digest),
              containerfile: join(repository, folder, "Containerfile"),
              context: await contextOf(workload, { programs, rootfs, scratch, pathOf }),
              args: { BASE: baseImage, VERSION: workload.version, ...patchesOf(workload) },
            },
            say,
          );
        }
        await saveImages(built, join(out, "images.tar"), say);
      } finally {
        await removeImages([...built, baseImage]);
      }
    },
  };
  return artifact;
}

/** For the image's label, where the program is not as upstream has it. */
function patchesOf({ from }: Workload): Record<string, string> {
  const patches = "baseFile" in from ? undefined : from.patches;
  return patches === undefined ? {} : { PATCHES: patches.map(({ file, why }) => `${file}: ${why}`).join("; ") };
}

interface ContextSources extends Pick<WorkloadParts, "programs"> {
  readonly rootfs: string;
  readonly scratch: string;
  readonly pathOf: (need: Artifact) => string;
}

/** The folder that a Containerfile copies from. */
async function contextOf(workload: Workload, { programs, rootfs, scratch, pathOf }: ContextSources): Promise<string> {
  const { from, name } = workload;
  if ("baseFile" in from) {
    const folder = join(scratch, name);
    await mkdir(folder, { recursive: true });
    const depth = dirname(from.baseFile).split("/").length + 1;
    await run(["tar", "-C", folder, "-xf", rootfs, `--strip-components=${depth}`, `./${from.baseFile}`]);
    return folder;
  }
  const program = programs.get(from.name);
  if (program === undefined) {
    throw new Error(`workload ${name}: its program ${from.name} is not among the artifacts given`);
  }
  return pathOf(program);
}
