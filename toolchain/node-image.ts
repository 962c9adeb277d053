import { existsSync, readFileSync } from "node:fs";
import type { Artifact } from "./artifact";
import { type Cache, userCache } from "./cache";
import { rootfsArtifact } from "./debian/rootfs";
import { nodeRoot } from "./debian/roots";
import { goArtifact } from "./go/artifacts";
import { chooseGo, type GoChoice } from "./go/choice";
import * as programs from "./go/programs";
import { workloadImages } from "./images/artifact";
import { imageStore } from "./images/store";
import { workloads } from "./images/workloads";
import { nodeImageArtifact, nodeImageName } from "./node/image";
import { Store } from "./store";

/** The node image, and the archive of all images that pods run, which enters it. */
export function nodeImageParts(go: GoChoice): { readonly workloadImages: Artifact; readonly nodeImage: Artifact } {
  const root = rootfsArtifact(nodeRoot);
  const archive = workloadImages(workloads, go);
  const store = imageStore(workloads, archive, root);
  const cniPlugins = goArtifact(programs.cniPluginSet, go);
  return { workloadImages: archive, nodeImage: nodeImageArtifact({ root, imageStore: store, cniPlugins }) };
}

/**
 * Full name of the node image that this checkout makes, built or not: the digest of all that enters it, the version of
 * the Go that builds it too.
 */
export function nodeImageHere(cache: Cache = userCache()): string {
  return nodeImageName(nodeImageParts(goOfStacks(cache)).nodeImage);
}

/**
 * The Go that builds what stacks need: of the machine that made the bundle which was unpacked here, as long as the node
 * image that it brought is this checkout's; else this machine's.
 */
export function goOfStacks(cache: Cache): GoChoice {
  const version = existsSync(cache.bundleGo) ? readFileSync(cache.bundleGo, "utf8").trim() : undefined;
  if (version === undefined) {
    return chooseGo();
  }
  const brought: GoChoice = { from: "bundle", version };
  return existsSync(new Store(cache).pathOf(nodeImageParts(brought).nodeImage)) ? brought : chooseGo();
}
