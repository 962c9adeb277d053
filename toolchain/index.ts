import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Progress } from "../lib/progress";
import { UserError } from "../lib/user-error";
import { type Artifact, digestOf, keyOf } from "./artifact";
import type { BuildPackage } from "./build-packages";
import { type PartSize, pack } from "./bundle/pack";
import { unpack, type Wanted } from "./bundle/unpack";
import { type Cache, userCache } from "./cache";
import { type Catalog, catalog } from "./catalog";
import type { GoChoice } from "./go/choice";
import * as programs from "./go/programs";
import { imageEngineOf, podman } from "./image-engine";
import { archivedName } from "./images/artifact";
import { extractImages } from "./images/extract";
import { workloads } from "./images/workloads";
import { Held, type Mode, withMachineLock } from "./machine-lock";
import { nodeImageName } from "./node/image";
import { dockerImage, machineImage, rootImageName } from "./node/root-image";
import { goOfStacks } from "./node-image";
import { choosePlugins, chosenPlugins, type PluginSource, pulumiInstall } from "./plugins-choice";
import { prune, touch } from "./prune";
import { choiceFile, officialHomePath, ownHomePath, pluginFolders } from "./pulumi/home";
import { removeAll } from "./purge";
import { repository } from "./repository";
import { Store } from "./store";
import { type Places, placeOf, requireDisk, requireDiskFor, toBundle } from "./system/disk";
import { ensureBuildPackages, ensureBundlePackages } from "./system/ensure";

export { pluginFolders } from "./pulumi/home";
export { ensureSystem, ensureTestPackages, thisMachine } from "./system/ensure";
export { type Missing, missing } from "./system/missing";

/** All that a stack needs of this machine's caches. */
export interface Toolchain {
  /** Holds pulumi, pulumi-language-nodejs, kubectl, and Kubernetes' servers and etcd for tests. */
  readonly binDir: string;
  /** PULUMI_HOME with the provider plugins. */
  readonly pulumiHome: string;
  /** Full name of the node image. */
  readonly nodeImage: string;
  /** The program that asks from nodes what pods notice, linked statically. */
  readonly prober: string;
}

/** Where and by what is built. */
export interface Builds {
  /** @default the user's */
  readonly cache?: Cache;
  /** The name of the container engine that builds images, and has them afterwards. @default "podman" */
  readonly engine?: string | undefined;
}

/** Paths and names for the present pins, without building or checking anything: a few milliseconds. */
export function locateToolchain(cache: Cache = userCache()): Toolchain {
  const artifacts = stackCatalog(cache);
  return located(cache, artifacts, chosenPlugins(choiceFile(cache)) ?? "own");
}

/** What stacks need, which a bundle may have brought. */
function stackCatalog(cache: Cache): Catalog {
  return catalog(cache, goOfStacks(cache));
}

/** Builds what lacks, and only that; with nothing to do well under a second. @throws UserError while `purge` runs */
export function ensureToolchain(ui: Progress, builds: Builds = {}): Promise<Toolchain> {
  const { cache = userCache() } = builds;
  const all = stackCatalog(cache);
  return ensureSome(ui, builds, [all.bin, all.ownHome, all.prober, all.nodeImage], async (store) =>
    located(cache, all, await pluginsOf(cache, store, all, ui)),
  );
}

/** Builds what a stack needs that makes no nodes: Pulumi and its plugins. @throws UserError while `purge` runs */
export function ensureEngine(ui: Progress, builds: Builds = {}): Promise<Toolchain> {
  const { cache = userCache() } = builds;
  const all = stackCatalog(cache);
  return ensureSome(ui, builds, [all.bin, all.ownHome, all.prober], async (store) =>
    located(cache, all, await pluginsOf(cache, store, all, ui)),
  );
}

/** What only tests need. */
export interface TestPrograms {
  /** The folder with the language host of programs in YAML. */
  readonly yamlHost: string;
  /** An archive with the files of OpenSSH's server and of sudo, to be put into a node. */
  readonly sshdFiles: string;
  /** The full name of the image of machines with Docker. */
  readonly dockerImage: string;
}

/** Builds what only tests need, where it lacks. @throws UserError while `purge` runs */
export function ensureTestPrograms(ui: Progress, builds: Builds = {}): Promise<TestPrograms> {
  const { cache = userCache() } = builds;
  const { yamlHost, sshdFiles, dockerImage: image } = catalog(cache);
  return ensureSome(ui, builds, [sshdFiles, yamlHost, image], () => Promise.resolve(locateTestPrograms(cache)));
}

/** Where that is. */
export function locateTestPrograms(cache: Cache = userCache()): TestPrograms {
  const { yamlHost, sshdFiles, dockerImage: image } = catalog(cache);
  const store = new Store(cache);
  return {
    yamlHost: store.pathOf(yamlHost),
    sshdFiles: join(store.pathOf(sshdFiles), "rootfs.tar"),
    dockerImage: rootImageName(dockerImage, image),
  };
}

/** Builds what only the long tests need, where it lacks: the image of machines with a kernel of their own. @throws UserError while `purge` runs */
export function ensureMachineImage(ui: Progress, builds: Builds = {}): Promise<string> {
  const { cache = userCache() } = builds;
  const { machineImage: image } = catalog(cache);
  return ensureSome(ui, builds, [image], () => Promise.resolve(locateMachineImage(cache)));
}

/** Its full name. */
export function locateMachineImage(cache: Cache = userCache()): string {
  return rootImageName(machineImage, catalog(cache).machineImage);
}

/** A Debian on which long tests run the lab. */
export type HostSuite = "bookworm" | "trixie";

/** Builds the root file system of a plain Debian machine where it lacks; gives its archive. @throws UserError while `purge` runs */
export function ensureHostRoot(ui: Progress, suite: HostSuite, builds: Builds = {}): Promise<string> {
  const { cache = userCache() } = builds;
  const root = catalog(cache)[`${suite}Host`];
  return ensureSome(ui, builds, [root], (store) => Promise.resolve(join(store.pathOf(root), "rootfs.tar")));
}

/** Builds the node image where it lacks, and nothing that only `./lab` needs; gives its name. @throws UserError while `purge` runs */
export function ensureNodeImage(ui: Progress, builds: Builds = {}): Promise<string> {
  const { cache = userCache() } = builds;
  const { nodeImage } = stackCatalog(cache);
  return ensureSome(ui, builds, [nodeImage], async () => nodeImageName(nodeImage));
}

/**
 * Writes an archive of images that pods ask for by these names, of those that nodes of the lab have; builds them where they
 * lack.
 *
 * @throws UserError where an image is none of the lab's, and while `purge` runs
 */
export function ensureImageArchive(
  ui: Progress,
  images: readonly string[],
  file: string,
  builds: Builds = {},
): Promise<void> {
  const { cache = userCache() } = builds;
  const { workloadImages } = catalog(cache);
  const digest = digestOf(workloadImages);
  const wanted = workloads.filter((workload) => workload.images.some((image) => images.includes(image)));
  const others = images.filter((image) => !wanted.some((workload) => workload.images.includes(image)));
  if (others.length > 0) {
    const rule = "is none of the lab's own images";
    throw new UserError(
      others.map((value) => ({
        field: "image",
        value,
        rule,
        fix: "have a container engine save it, and name the file in imageArchive",
      })),
    );
  }
  const names = new Map(wanted.map((workload) => [archivedName(workload, digest), workload.images]));
  return ensureSome(ui, builds, [workloadImages], (store) =>
    extractImages(join(store.pathOf(workloadImages), "images.tar"), names, file),
  );
}

/**
 * Builds the lab's own provider plugins where they lack; gives their folders: Pulumi takes plugins from PATH.
 *
 * @throws UserError while `purge` runs
 */
export function ensurePlugins(ui: Progress, builds: Builds = {}): Promise<readonly string[]> {
  const { cache = userCache() } = builds;
  const { ownHome } = stackCatalog(cache);
  return ensureSome(ui, builds, [ownHome], async () => pluginFolders(ownHomePath(cache, ownHome)));
}

/** The Debian packages that builds take which stacks need and which are still to be made. */
export async function packagesToBuild(cache: Cache = userCache()): Promise<readonly BuildPackage[]> {
  const { bin, ownHome, prober, nodeImage } = stackCatalog(cache);
  const store = new Store(cache);
  return packagesOf(await store.lacking([bin, ownHome, prober, nodeImage], (each) => existsSync(store.pathOf(each))));
}

function packagesOf(artifacts: readonly Artifact[]): BuildPackage[] {
  return artifacts.flatMap(({ packages = [] }) => packages);
}

/** Where a bundle is, and what machines it is for. */
export interface BundleRequest extends Builds {
  readonly file: string;
  /** Debian suites whose packages it has. */
  readonly suites: readonly string[];
}

/**
 * Packs all that stacks need into a file, from which another machine has it without a network; builds what lacks.
 *
 * @throws UserError where zstd lacks and can't be installed, and while `purge` runs
 */
export async function writeBundle(ui: Progress, { file, suites, ...builds }: BundleRequest): Promise<PartSize[]> {
  const { cache = userCache() } = builds;
  await ensureBundlePackages(ui);
  await ensureToolchain(ui, builds);
  const store = new Store(cache, imageEngineOf(builds.engine ?? podman.name));
  requireDiskFor("a bundle", toBundle, await placesOf(store));
  const go = goOfStacks(cache);
  const self = { npm: repository, node: process.execPath };
  return inCache(cache, "shared", () =>
    pack(ui, { store, ...bundled(cache, go), ...self, go: go.version, suites, file }),
  );
}

/** Takes over what a bundle holds. @throws UserError as `unpack`, and while others build */
export async function readBundle(ui: Progress, file: string, builds: Builds = {}): Promise<void> {
  const { cache = userCache() } = builds;
  const store = new Store(cache, imageEngineOf(builds.engine ?? podman.name));
  await inCache(cache, "exclusive", async () => {
    const wantedWith = (version: string) => bundled(cache, { from: "bundle", version });
    const version = await unpack(ui, { store, file, wantedWith });
    await writeFile(cache.bundleGo, `${version}\n`);
  });
  // What is only put together is put together here: it has this machine's paths.
  await ensureToolchain(ui, builds);
}

/** What a bundle has of the toolchain: what is compiled, and the node image. */
function bundled(cache: Cache, go: GoChoice): Wanted {
  const { bin, ownHome, prober, nodeImage } = catalog(cache, go);
  const builds = new Map([...bin.needs, ...ownHome.needs, prober].map((artifact) => [keyOf(artifact), artifact]));
  return { builds: [...builds.values()], nodeImage: { artifact: nodeImage, name: nodeImageName(nodeImage) } };
}

/** Removes all that the toolchain has built or downloaded. Stacks must be down. @throws UserError while others build */
export function purge(ui: Progress, cache: Cache = userCache()): Promise<void> {
  return inCache(cache, "exclusive", () => removeAll(ui, cache));
}

/** Old builds may be what another command builds upon at this moment: they wait for another time then. */
async function pruneAlone(store: Store): Promise<void> {
  const { cache } = store;
  await lockCache(cache, "exclusive", async () => {
    // What of this version was not asked for just now is not old.
    await touch(store, [...Object.values(catalog(cache)), ...Object.values(stackCatalog(cache))]);
    await prune(store);
  }).catch((error: unknown) => {
    if (!(error instanceof Held)) {
      throw error;
    }
  });
}

async function inCache<T>(cache: Cache, mode: Mode, work: () => Promise<T>): Promise<T> {
  try {
    return await lockCache(cache, mode, work);
  } catch (error) {
    if (error instanceof Held) {
      const by = error.holder === undefined ? "another ./lab" : `${error.holder.command} (process ${error.holder.pid})`;
      const rule = mode === "shared" ? `are being removed by ${by}` : "are in use: another ./lab builds";
      throw new UserError([{ field: "caches", value: cache.root, rule, fix: "wait until it ends, and try again" }]);
    }
    throw error;
  }
}

function lockCache<T>(cache: Cache, mode: Mode, work: () => Promise<T>): Promise<T> {
  const holder = { command: `./lab ${process.argv.slice(2).join(" ")}`, state: cache.root };
  return withMachineLock(`cache ${cache.root}`, mode, holder, work);
}

/** Builds those that lack, then throws old builds away; `answer` is asked before that, with all of them there. */
async function ensureSome<T>(
  ui: Progress,
  { cache = userCache(), engine = podman.name }: Builds,
  wanted: readonly Artifact[],
  answer: (store: Store) => Promise<T>,
): Promise<T> {
  const store = new Store(cache, imageEngineOf(engine));
  const built = await inCache(cache, "shared", async () => {
    const lacking = await store.lacking(wanted);
    // From here on nothing that a build stands on counts as old.
    await touch(store, wanted);
    if (lacking.length > 0) {
      await ensureBuildPackages(ui, packagesOf(lacking));
      requireDisk(lacking, await placesOf(store));
      await store.ensure(wanted, ui);
      await touch(store, wanted);
    }
    return { answer: await answer(store), isNew: lacking.length > 0 };
  });
  if (built.isNew) {
    await pruneAlone(store);
  }
  return built.answer;
}

async function placesOf({ cache, engine }: Store): Promise<Places> {
  return { cache: await placeOf(cache.root), engine: await placeOf(await engine.folder()) };
}

function located(cache: Cache, { bin, ownHome, prober, nodeImage }: Catalog, plugins: PluginSource): Toolchain {
  return {
    binDir: new Store(cache).pathOf(bin),
    pulumiHome: plugins === "own" ? ownHomePath(cache, ownHome) : officialHomePath(cache),
    nodeImage: nodeImageName(nodeImage),
    prober: join(new Store(cache).pathOf(prober), programs.echo.name),
  };
}

/** The official plugins take precedence where they can be installed and told from others; tried once a machine. */
async function pluginsOf(cache: Cache, store: Store, { bin }: Catalog, ui: Progress): Promise<PluginSource> {
  const memory = choiceFile(cache);
  const install = pulumiInstall(join(store.pathOf(bin), "pulumi"), officialHomePath(cache));
  const chosen = chosenPlugins(memory);
  const settled = chosen === "own" || (chosen === "official" && process.env.CNI_LAB_PLUGINS === undefined);
  return settled ? chosen : ui.step("official provider plugins", (say) => choosePlugins(memory, install, say));
}
