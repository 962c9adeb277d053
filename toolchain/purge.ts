import { rm } from "node:fs/promises";
import type { Progress } from "../lib/progress";
import type { Cache } from "./cache";
import { buildContainers, labImages } from "./images/names";
import { imagesLike, removeContainers, removeImages } from "./podman";

/** Removes all that the toolchain has built or downloaded: its images, then its cache. Stacks must be down. */
export async function removeAll(ui: Progress, cache: Cache): Promise<void> {
  await ui.step("removing node images", async () => {
    await removeContainers(buildContainers);
    await removeImages(await imagesLike(labImages));
  });
  await ui.step(`removing ${cache.root}`, () => rm(cache.root, { recursive: true, force: true }));
}
