import { rm } from "node:fs/promises";
import { nodeImageRepository } from "../components/lib/versions";
import { type Cache, userCache } from "./cache";
import { imagesOf, removeImages } from "./podman";
import type { Progress } from "./progress";

/** Removes all that the toolchain has built or downloaded: its images, then its cache. Stacks must be down. */
export async function purge(ui: Progress, cache: Cache = userCache()): Promise<void> {
  await ui.step("removing node images", async () => {
    await removeImages(await imagesOf(nodeImageRepository));
  });
  await ui.step(`removing ${cache.root}`, () => rm(cache.root, { recursive: true, force: true }));
}
