import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import PQueue from "p-queue";
import type { Progress, Say } from "../lib/progress";
import { type Artifact, keyOf } from "./artifact";
import type { Cache } from "./cache";
import { type ImageEngine, podman } from "./image-engine";
import { waitForMachineLock } from "./machine-lock";

/** How long one waits for another process that builds the same; the longest build takes a quarter of it. */
const waitMs = 3_600_000;

/** Finished builds, addressed by the digest of what entered them. */
export class Store {
  constructor(
    readonly cache: Cache,
    /** What images are built with. */
    readonly engine: ImageEngine = podman,
  ) {}

  /** Where the artifact is, or will be. */
  pathOf(artifact: Artifact): string {
    return join(this.cache.store, keyOf(artifact));
  }

  /** Whether the artifact is there, whole. */
  async has(artifact: Artifact): Promise<boolean> {
    return existsSync(this.pathOf(artifact)) && (await artifact.alsoThere?.(this.engine)) !== false;
  }

  /**
   * Those of the artifacts, and of what they need, that `ensure` would build now.
   *
   * @param isThere what counts as there. @default what is whole
   */
  async lacking(
    artifacts: readonly Artifact[],
    isThere: (artifact: Artifact) => boolean | Promise<boolean> = (artifact) => this.has(artifact),
  ): Promise<Artifact[]> {
    const found = new Map<string, Artifact>();
    const visit = async (artifact: Artifact): Promise<void> => {
      if (!found.has(keyOf(artifact)) && !(await isThere(artifact))) {
        found.set(keyOf(artifact), artifact);
        await Promise.all(artifact.needs.map(visit));
      }
    };
    await Promise.all(artifacts.map(visit));
    return [...found.values()];
  }

  /** Builds what lacks of the artifacts, what they need first, side by side where the cores allow. */
  async ensure(artifacts: readonly Artifact[], ui: Progress): Promise<void> {
    // A Go build fills several cores, but not while it downloads and links: two share them better than one.
    const queues = {
      cpu: new PQueue({ concurrency: Math.max(2, Math.floor(availableParallelism() / 2)) }),
      io: new PQueue({ concurrency: 2 }),
    };
    // By name and digest: two objects may describe the same build.
    const started = new Map<string, Promise<void>>();
    const ensureOne = async (artifact: Artifact): Promise<void> => {
      if (await this.has(artifact)) {
        return;
      }
      await allDone(artifact.needs.map(start));
      await queues[artifact.load].add(() => ui.step(artifact.title, (say) => this.buildLocked(artifact, say)));
    };
    const start = (artifact: Artifact): Promise<void> => {
      const running = started.get(keyOf(artifact)) ?? ensureOne(artifact);
      started.set(keyOf(artifact), running);
      return running;
    };
    await allDone(artifacts.map(start));
  }

  /** Takes over the folder of an artifact that was built elsewhere; what it holds is moved. */
  async take(artifact: Artifact, folder: string): Promise<void> {
    await mkdir(this.cache.store, { recursive: true });
    await rm(this.pathOf(artifact), { recursive: true, force: true });
    await rename(folder, this.pathOf(artifact));
  }

  private async buildLocked(artifact: Artifact, say: Say): Promise<void> {
    const { cache } = this;
    await Promise.all([cache.store, cache.tmp, cache.locks].map((folder) => mkdir(folder, { recursive: true })));
    say("waiting for another lab command that builds the same");
    const holder = { command: `./lab ${process.argv.slice(2).join(" ")}`, state: cache.root };
    // The kernel's: a builder that sleeps with its machine has it still when it wakes up.
    const build = async () => {
      if (!(await this.has(artifact))) {
        say("");
        await this.build(artifact, say);
      }
    };
    await waitForMachineLock(buildLock(artifact), holder, waitMs, build, cache.locks);
  }

  private async build(artifact: Artifact, say: Say): Promise<void> {
    const { cache, engine } = this;
    const key = keyOf(artifact);
    for (const left of await readdir(cache.tmp)) {
      if (left.startsWith(`${key}.`)) {
        await rm(join(cache.tmp, left), { recursive: true, force: true });
      }
    }
    const work = await mkdtemp(join(cache.tmp, `${key}.`));
    try {
      const out = join(work, "out");
      const scratch = join(work, "scratch");
      await Promise.all([mkdir(out), mkdir(scratch)]);
      await artifact.build({ out, scratch, cache, engine, say, pathOf: (need) => this.pathOf(need) });
      // What is there is left from an artifact whose outside part is gone.
      await this.take(artifact, out);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
}

/** The name of the lock of a build, in the cache's own folder of locks. */
export function buildLock(artifact: Artifact): string {
  return `build ${keyOf(artifact)}`;
}

/** Waits for all, also when one fails, so that no build runs on behind an error; then throws the first error. */
async function allDone(running: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(running);
  for (const result of results) {
    if (result.status === "rejected") {
      throw result.reason;
    }
  }
}
