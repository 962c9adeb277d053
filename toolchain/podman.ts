import { rm } from "node:fs/promises";
import type { Say } from "../lib/progress";
import { run, succeeds } from "./run";

/**
 * Podman as the toolchain calls it: the half of an engine that builds images. It stands here, as images are there before
 * any stack, and the toolchain imports nothing of the components that have the other half (cluster/engine).
 * runc, because crun refuses a hybrid cgroup v1; cgroupfs, because there may be no systemd on the machine.
 */
const podman = ["podman", "--runtime", "runc", "--cgroup-manager", "cgroupfs"] as const;

/** Whether an image is in podman's store. */
export function imageExists(image: string): Promise<boolean> {
  return succeeds([...podman, "image", "exists", image]);
}

/** Makes an image of one layer out of a root file system. */
export async function importRoot(tar: string, image: string, say: Say): Promise<void> {
  await run([...podman, "import", "--quiet", tar, image], { say });
}

/** Removes images that are there; layers that other images use stay. */
export async function removeImages(images: readonly string[]): Promise<void> {
  for (const image of images) {
    if (await imageExists(image)) {
      await run([...podman, "rmi", image]);
    }
  }
}

/** An image to build: a Containerfile, the folder it copies from, and its arguments. */
export interface ImageBuild {
  readonly image: string;
  readonly containerfile: string;
  readonly context: string;
  readonly args: Readonly<Record<string, string>>;
}

/** Builds an image; nothing is pulled. */
export async function buildImage({ image, containerfile, context, args }: ImageBuild, say: Say): Promise<void> {
  const values = Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
  await run(
    [...podman, "build", "--pull=never", "--layers=false", "--tag", image, "--file", containerfile, ...values, context],
    { say },
  );
}

/** Saves images, layers that they share once, in one archive. */
export async function saveImages(images: readonly string[], archive: string, say: Say): Promise<void> {
  // podman does not overwrite an archive, it leaves the old one.
  await rm(archive, { force: true });
  await run([...podman, "save", "--quiet", "--multi-image-archive", "--output", archive, ...images], { say });
}

/** A container that lives for one command. */
export interface Throwaway {
  /** Its name: a container of that name, left by a killed build, is removed first. */
  readonly name: string;
  readonly image: string;
  readonly argv: readonly string[];
  /** Folder of this machine to folder in the container. */
  readonly mounts: Readonly<Record<string, string>>;
  /** Folders on a volume that goes with the container. */
  readonly volumes: readonly string[];
}

/** Runs a command in a privileged container without a network; nothing of it is left, also when it fails. */
export async function runThrowaway(container: Throwaway, say: Say): Promise<void> {
  const remove = () => run([...podman, "rm", "--force", "--volumes", "--ignore", container.name]);
  await remove();
  try {
    await run(throwawayCommand(container), { say });
  } finally {
    await remove();
  }
}

/** The command that runs such a container. */
export function throwawayCommand(container: Throwaway): readonly [string, ...string[]] {
  const { name, image, argv, mounts, volumes } = container;
  const mounted = Object.entries(mounts).flatMap(([from, to]) => ["--volume", `${from}:${to}`]);
  return [
    ...podman,
    ...["run", "--rm", "--name", name, "--privileged", "--network=none"],
    // Within the limits that a machine without CAP_SYS_RESOURCE has: podman's own are above them.
    ...["--ulimit=nofile=20000:20000", "--ulimit=nproc=30000:30000"],
    ...mounted,
    ...volumes.flatMap((folder) => ["--volume", folder]),
    image,
    ...argv,
  ];
}

/** Full names of the images whose name matches a pattern such as `localhost/cni-lab/*`. */
export async function imagesLike(pattern: string): Promise<string[]> {
  const names = await run([
    ...podman,
    "images",
    "--format",
    "{{.Repository}}:{{.Tag}}",
    "--filter",
    `reference=${pattern}`,
  ]);
  return names.split("\n").filter((name) => name !== "");
}

/** Removes an image unless a container uses it; true when it is gone. */
export async function removeUnusedImage(image: string): Promise<boolean> {
  return (await succeeds([...podman, "rmi", image])) || !(await imageExists(image));
}

/** Removes the containers whose name starts with `prefix`, with their volumes. */
export async function removeContainers(prefix: string): Promise<void> {
  const ids = await run([...podman, "ps", "--all", "--quiet", "--filter", `name=^${prefix}`]);
  for (const id of ids.split("\n").filter((line) => line !== "")) {
    await run([...podman, "rm", "--force", "--volumes", id]);
  }
}

/** Folder in which podman keeps images, containers and volumes. */
export async function engineFolder(): Promise<string> {
  return (await run([...podman, "info", "--format", "{{.Store.GraphRoot}}"])).trim();
}

/** Why podman can't be used here; undefined when it can. */
export async function engineProblem(): Promise<string | undefined> {
  try {
    await engineFolder();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
