import { existsSync } from "node:fs";
import { readdir, readFile, rm, stat, utimes } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Artifact } from "./artifact";
import { imageFile } from "./node/image";
import type { Store } from "./store";

/** Time for which an old build is kept after its last use: going back to yesterday's pins then costs nothing. */
const keptHours = 24;

/** Marks artifacts, and what they were made of, as used now. */
export async function touch(store: Store, artifacts: readonly Artifact[], now = new Date()): Promise<void> {
  const paths = new Set<string>();
  const visit = (artifact: Artifact) => {
    paths.add(store.pathOf(artifact));
    artifact.needs.forEach(visit);
  };
  artifacts.forEach(visit);
  // What a finished build no longer needs may be gone.
  await Promise.all([...paths].map((path) => utimes(path, now, now).catch(() => {})));
}

/** Removes builds that nobody used for a day or that were killed so long ago, and node images with them unless a node runs on them; returns their names. */
export async function prune(store: Store, now = new Date(), removeImage = removeFrom(store)): Promise<string[]> {
  const removed: string[] = [];
  for (const path of await entriesOf(store.cache.store, store.cache.tmp)) {
    // Another lab command may have finished and removed it meanwhile.
    const used = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => now.getTime(),
    );
    const isOld = now.getTime() - used > keptHours * 3_600_000;
    if (isOld && (await isImageGone(path, removeImage))) {
      await rm(path, { recursive: true, force: true });
      removed.push(basename(path));
    }
  }
  return removed;
}

const removeFrom = (store: Store) => (image: string) => store.engine.removeUnused(image);

async function entriesOf(...folders: readonly string[]): Promise<string[]> {
  const names = await Promise.all(folders.map((folder) => (existsSync(folder) ? readdir(folder) : [])));
  return names.flatMap((found, index) => found.sort().map((name) => join(folders[index] ?? "", name)));
}

async function isImageGone(path: string, removeImage: (image: string) => Promise<boolean>): Promise<boolean> {
  const file = join(path, imageFile);
  return !existsSync(file) || removeImage((await readFile(file, "utf8")).trim());
}
