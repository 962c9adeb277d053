import path from "node:path";
import type { Values } from "../../checks/language/values";
import { type CniName, cniOf } from "../../components/cni/registry";
import { isExisting, probePlan } from "../../driver/stack/existing";
import { privateDir, stackDir } from "../../driver/stack/paths";
import { createProgress } from "../../lib/terminal/progress";
import type { Problem } from "../../lib/user-error";
import { images } from "../../lib/versions";
import { ensureImageArchive } from "../../toolchain";

/** What keeps images from being carried to a stack's nodes. */
export function carryProblems(stack: string): Problem[] {
  const rule = "is for a cluster of your own: the lab's nodes have all images";
  return isExisting(stack) ? [] : [{ field: "--carry-images", rule, fix: "leave it out" }];
}

/** An archive of the CNI's images, as the lab builds them, and the config key that names it. */
export async function cniArchive(stack: string, cni: CniName): Promise<Values> {
  const definition = cniOf(cni);
  const wanted = definition?.images ?? (definition?.podImage === undefined ? [] : [definition.podImage]);
  return { imageArchive: await archive(stack, "images.tar", wanted) };
}

/** An archive of the probe's image; undefined where `probeImage` names another one than the lab's, which nodes pull. */
export async function probeArchive(stack: string): Promise<string | undefined> {
  return probePlan(stack).image === images.probe ? archive(stack, "probe-image.tar", [images.probe]) : undefined;
}

async function archive(stack: string, name: string, wanted: readonly string[]): Promise<string> {
  const file = path.join(privateDir(stackDir(stack)), name);
  await ensureImageArchive(createProgress(), wanted, file);
  return file;
}
