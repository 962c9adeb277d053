import { rm } from "node:fs/promises";
import type { Progress } from "../lib/progress";
import type { Cache } from "./cache";
import { imageEngines } from "./image-engine";
import { buildContainers, labImages } from "./images/names";

/** Removes all that the toolchain has built or downloaded: its images, then its cache. Stacks must be down. */
export async function removeAll(ui: Progress, cache: Cache): Promise<void> {
  await ui.step("removing node images", async () => {
    for (const engine of imageEngines) {
      // One that does not work can't be asked, and was never built with.
      if ((await engine.problem()) !== undefined) continue;
      await engine.removeContainers(buildContainers);
      await engine.remove(await engine.imagesLike(labImages));
    }
  });
  await ui.step(`removing ${cache.root}`, () => rm(cache.root, { recursive: true, force: true }));
}
