import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { Say } from "../../lib/progress";
import { run, succeeds } from "../run";

type Words = readonly [string, ...string[]];

/** An engine as the words of its commands, where they differ; everything else both are told alike. */
export interface EngineWords {
  /** What it is called: the value of the config key `engine`, and its program's name. */
  readonly name: string;
  /** Before every command. */
  readonly program: Words;
  /** Succeeds where an image is there. */
  readonly exists: (image: string) => readonly string[];
  /** Builds an image without asking a registry, and without keeping what stands between its steps. */
  readonly build: readonly string[];
  /** Writes images into one archive, layers that they share once. */
  readonly save: (archive: string) => readonly string[];
  /** Fails where the engine does not work. */
  readonly answers: readonly string[];
  /** Prints the folder that holds images, containers and volumes. */
  readonly folder: readonly string[];
}

/** An image to build: a Containerfile, the folder it copies from, and its arguments. */
export interface ImageBuild {
  readonly image: string;
  readonly containerfile: string;
  readonly context: string;
  readonly args: Readonly<Record<string, string>>;
}

/** A container that lives for one command. */
export interface Throwaway {
  /** Its name: a container of that name, left by a killed build, is removed first. */
  readonly name: string;
  readonly image: string;
  readonly argv: readonly string[];
  /** Folders of this machine, and where what they hold is copied to before the command runs. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Folders in the container, and where what they hold afterwards is copied to. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Folders on a volume that goes with the container. */
  readonly volumes: readonly string[];
}

/**
 * The half of a container engine that builds images. It stands here, as images are there before any stack, and the toolchain
 * imports nothing of the components that have the other half (cluster/engine).
 */
export class ImageEngine {
  constructor(private readonly words: EngineWords) {}

  get name(): string {
    return this.words.name;
  }

  /** Whether an image is in the engine's store. */
  exists(image: string): Promise<boolean> {
    return succeeds(this.argv(...this.words.exists(image)));
  }

  /** Makes an image of one layer out of a root file system. */
  async importRoot(tar: string, image: string, say: Say): Promise<void> {
    await this.tell(["import", tar, image], say);
  }

  /** Removes images that are there; layers that other images use stay. */
  async remove(images: readonly string[]): Promise<void> {
    for (const image of images) {
      if (await this.exists(image)) {
        await this.tell(["rmi", image]);
      }
    }
  }

  /** Builds an image; nothing is pulled. */
  async build({ image, containerfile, context, args }: ImageBuild, say: Say): Promise<void> {
    const values = Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
    await this.tell([...this.words.build, "--tag", image, "--file", containerfile, ...values, context], say);
  }

  /** Saves images, layers that they share once, in one archive. */
  async save(images: readonly string[], archive: string, say: Say): Promise<void> {
    // podman does not overwrite an archive, it leaves the old one.
    await rm(archive, { force: true });
    await this.tell([...this.words.save(archive), ...images], say);
  }

  /** Takes over the images of an archive, under the names that they have there. */
  async load(archive: string, say: Say): Promise<void> {
    await this.tell(["load", "--quiet", "--input", archive], say);
  }

  /**
   * Runs a command in a privileged container without a network; nothing of it is left, also when it fails. Folders are
   * copied, as an engine may be on a machine that does not have them.
   */
  async runThrowaway(container: Throwaway, say: Say): Promise<void> {
    const { name, inputs, outputs } = container;
    await this.removeContainers(name);
    try {
      await run(this.throwaway(container), { say });
      for (const [from, to] of Object.entries(inputs)) {
        await this.tell(["cp", `${from}/.`, `${name}:${to}`]);
      }
      await this.tell(["start", "--attach", name], say);
      for (const [from, to] of Object.entries(outputs)) {
        await this.tell(["cp", `${name}:${from}/.`, to]);
      }
    } finally {
      await this.removeContainers(name);
    }
  }

  /** The command that makes such a container. */
  throwaway({ name, image, argv, volumes }: Throwaway): Words {
    return this.argv(
      ...["create", "--name", name, "--privileged", "--network=none"],
      // Within the limits that a machine without CAP_SYS_RESOURCE has: the engine's own are above them.
      ...["--ulimit=nofile=20000:20000", "--ulimit=nproc=30000:30000"],
      ...volumes.flatMap((folder) => ["--volume", folder]),
      image,
      ...argv,
    );
  }

  /** Full names of the images whose name matches a pattern such as `localhost/cni-lab/*`. */
  async imagesLike(pattern: string): Promise<string[]> {
    const format = ["--format", "{{.Repository}}:{{.Tag}}", "--filter", `reference=${pattern}`];
    return linesOf(await this.tell(["images", ...format]));
  }

  /** Removes an image unless a container uses it; true when it is gone. */
  async removeUnused(image: string): Promise<boolean> {
    return (await succeeds(this.argv("rmi", image))) || !(await this.exists(image));
  }

  /** Removes the containers whose name starts with `prefix`, with their volumes. */
  async removeContainers(prefix: string): Promise<void> {
    for (const id of linesOf(await this.tell(["ps", "--all", "--quiet", "--filter", `name=^${prefix}`]))) {
      await this.tell(["rm", "--force", "--volumes", id]);
    }
  }

  /** Folder in which the engine keeps images, containers and volumes. */
  async folder(): Promise<string> {
    return (await this.tell(this.words.folder)).trim();
  }

  /** Whether its containers are on another machine, as Docker Desktop's or those behind `DOCKER_HOST` are: its folder is not here. */
  async isElsewhere(): Promise<boolean> {
    return !existsSync(await this.folder());
  }

  /** Why the engine can't be used here; undefined when it can. */
  async problem(): Promise<string | undefined> {
    try {
      await this.tell(this.words.answers);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  private argv(...words: readonly string[]): Words {
    return [...this.words.program, ...words];
  }

  private tell(words: readonly string[], say?: Say): Promise<string> {
    return run(this.argv(...words), say === undefined ? {} : { say });
  }
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
