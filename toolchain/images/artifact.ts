import { cp, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { type Artifact, digestOf } from "../artifact";
import { rootfsArtifact } from "../debian/rootfs";
import { baseRoot, type Root } from "../debian/roots";
import type { GoChoice } from "../go/choice";
import { repository } from "../repository";
import { run } from "../run";
import { buildImageName } from "./names";
import type { Workload } from "./workloads";

/** Name that a workload's image has in the archive; containerd gets the upstream names. */
export function archivedName({ name }: Workload, archive: string): string {
  return buildImageName(name, archive);
}

/** All workload images in one archive, `images.tar`, that holds a layer they share once. */
export function workloadImages(workloads: readonly Workload[], go: GoChoice): Artifact {
  const roots = new Map(workloads.map(rootOf).map((root) => [root.name, rootfsArtifact(root)]));
  const sources = new Map(workloads.flatMap(({ from }) => (from ? [[from.name, from.artifact(go)]] : [])));
  const artifact: Artifact = {
    name: "workload-images",
    title: "workload images",
    values: workloads.map((workload) => [
      workload.name,
      workload.version,
      rootOf(workload).name,
      workload.from?.name ?? null,
    ]),
    files: workloads.map(folderOf),
    needs: [...roots.values(), ...sources.values()],
    load: "io",
    build: async ({ out, scratch, engine, pathOf, say }) => {
      // Names of this build alone: the user's own images of the upstream names stay as they are.
      const digest = digestOf(artifact);
      const rootImage = (name: string) => buildImageName(`root-${name}`, digest);
      const built = workloads.map((workload) => archivedName(workload, digest));
      try {
        for (const [name, root] of roots) {
          await engine.importRoot(join(pathOf(root), "rootfs.tar"), rootImage(name), say);
        }
        for (const workload of workloads) {
          const source = sources.get(workload.from?.name ?? "");
          await engine.build(
            {
              image: archivedName(workload, digest),
              containerfile: join(repository, folderOf(workload), "Containerfile"),
              context: await contextOf(workload, source && pathOf(source), scratch),
              args: { BASE: rootImage(rootOf(workload).name), VERSION: workload.version, ...patchesOf(workload) },
            },
            say,
          );
        }
        await engine.save(built, join(out, "images.tar"), say);
      } finally {
        await engine.remove([...built, ...[...roots.keys()].map(rootImage)]);
      }
    },
  };
  return artifact;
}

function rootOf({ root = baseRoot }: Workload): Root {
  return root;
}

function folderOf({ name }: Workload): string {
  return join("toolchain", "images", name);
}

/** For the image's label, where the program is not as upstream has it. */
function patchesOf({ from }: Workload): Record<string, string> {
  const { patches } = from ?? {};
  return patches === undefined ? {} : { PATCHES: patches.map(({ file, why }) => `${file}: ${why}`).join("; ") };
}

/** The folder that a Containerfile copies from: what was built, and what lies beside the Containerfile. */
async function contextOf(workload: Workload, built: string | undefined, scratch: string): Promise<string> {
  const context = join(scratch, workload.name);
  await mkdir(context);
  if (built !== undefined) {
    await run(["cp", "--archive", "--link", `${built}/.`, context]);
  }
  const folder = join(repository, folderOf(workload));
  const beside = (await readdir(folder)).filter((name) => name !== "Containerfile");
  await Promise.all(beside.map((name) => cp(join(folder, name), join(context, name), { recursive: true })));
  return context;
}
