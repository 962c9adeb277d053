import { join } from "node:path";
import { type Cache, userCache } from "./cache";
import { type Catalog, catalog } from "./catalog";
import { nodeImageName } from "./node/image";
import { choosePlugins, chosenPlugins, type PluginSource, pulumiInstall } from "./plugins-choice";
import { engineFolder } from "./podman";
import type { Progress } from "./progress";
import { prune, touch } from "./prune";
import { choiceFile, officialHomePath, ownHomePath } from "./pulumi/home";
import { Store } from "./store";
import { placeOf, requireDisk } from "./system/disk";

export { purge } from "./purge";
export { ensureSystem, ensureTestPackages } from "./system/ensure";
export { type Missing, missing } from "./system/missing";

/** All that a stack needs of this machine's caches. */
export interface Toolchain {
  /** Holds pulumi, pulumi-language-nodejs, kubectl, and Kubernetes' servers and etcd for tests. */
  readonly binDir: string;
  /** PULUMI_HOME with the provider plugins. */
  readonly pulumiHome: string;
  /** Full name of the node image. */
  readonly nodeImage: string;
}

/** Paths and names for the present pins, without building or checking anything: a few milliseconds. */
export function locateToolchain(cache: Cache = userCache()): Toolchain {
  const artifacts = catalog(cache);
  return located(cache, artifacts, chosenPlugins(choiceFile(cache)) ?? "own");
}

/** Builds what lacks, and only that; with nothing to do well under a second. */
export async function ensureToolchain(ui: Progress, cache: Cache = userCache()): Promise<Toolchain> {
  const artifacts = catalog(cache);
  const store = new Store(cache);
  const wanted = [artifacts.bin, artifacts.ownHome, artifacts.nodeImage];
  const lacking = await store.lacking(wanted);
  if (lacking.length > 0) {
    requireDisk(lacking, { cache: await placeOf(cache.root), engine: await placeOf(await engineFolder()) });
    await store.ensure(wanted, ui);
  }
  await touch(store, wanted);
  if (lacking.length > 0) {
    await prune(store);
  }
  return located(cache, artifacts, await pluginsOf(cache, store, artifacts, ui));
}

function located(cache: Cache, { bin, ownHome, nodeImage }: Catalog, plugins: PluginSource): Toolchain {
  return {
    binDir: new Store(cache).pathOf(bin),
    pulumiHome: plugins === "own" ? ownHomePath(cache, ownHome) : officialHomePath(cache),
    nodeImage: nodeImageName(nodeImage),
  };
}

/** The official plugins take precedence where they can be installed; tried once a machine. */
async function pluginsOf(cache: Cache, store: Store, { bin }: Catalog, ui: Progress): Promise<PluginSource> {
  const memory = choiceFile(cache);
  const install = pulumiInstall(join(store.pathOf(bin), "pulumi"), officialHomePath(cache));
  const chosen = chosenPlugins(memory);
  const settled = chosen === "own" || (chosen === "official" && process.env.CNI_LAB_PLUGINS === undefined);
  return settled ? chosen : ui.step("official provider plugins", (say) => choosePlugins(memory, install, say));
}
