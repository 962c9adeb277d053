import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { run } from "../run";

/** The list of images in an archive as container engines save them. */
const manifestFormat = z.array(
  z.object({ Config: z.string(), RepoTags: z.array(z.string()).nullable(), Layers: z.array(z.string()) }),
);

/**
 * Writes an archive that holds some of an archive's images, under other names, with the layers that they need.
 *
 * @param names of each image its name in the archive, and those that it is to have
 */
export async function extractImages(
  archive: string,
  names: ReadonlyMap<string, readonly string[]>,
  file: string,
): Promise<void> {
  const scratch = `${file}.parts`;
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true });
  try {
    const all = manifestFormat.parse(JSON.parse(await run(["tar", "-xOf", archive, "manifest.json"])));
    const images = all.flatMap(({ Config, RepoTags, Layers }) => {
      const tags = (RepoTags ?? []).flatMap((tag) => names.get(tag) ?? []);
      return tags.length === 0 ? [] : [{ Config, RepoTags: tags, Layers }];
    });
    const parts = [...new Set(images.flatMap(({ Config, Layers }) => [Config, ...Layers]))];
    await run(["tar", "-xf", archive, "-C", scratch, ...parts]);
    await writeFile(join(scratch, "manifest.json"), JSON.stringify(images));
    await mkdir(dirname(file), { recursive: true });
    await run(["tar", "-cf", file, "-C", scratch, "manifest.json", ...parts]);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
