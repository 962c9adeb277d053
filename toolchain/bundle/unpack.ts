import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Progress, Say } from "../../lib/progress";
import { UserError } from "../../lib/user-error";
import { type Artifact, keyOf } from "../artifact";
import { debianSuite } from "../debian/sources";
import { imageFile } from "../node/image";
import { CommandError, run } from "../run";
import type { Store } from "../store";
import { placeOf, requireDiskFor, toUnbundle } from "../system/disk";
import { missingBundlePackages, missingPackages } from "../system/packages";
import { unpackCommand } from "./archive";
import { files, type Manifest, readManifest } from "./contents";
import { installFrom } from "./debian";

/** What a bundle is to bring. */
export interface Wanted {
  /** Artifacts as they are to be in the store. */
  readonly builds: readonly Artifact[];
  readonly nodeImage: { readonly artifact: Artifact; readonly name: string };
}

/** Where a bundle goes. */
export interface Unpacked {
  readonly store: Store;
  readonly file: string;
  /** What this checkout needs, were it built by a Go of this version. */
  readonly wantedWith: (go: string) => Wanted;
}

/**
 * Takes over what a bundle holds, the packages that this machine lacks among it. All of it is verified before anything is
 * changed; stopped in the middle, it goes on when it is called again.
 *
 * @returns the version of the Go that built it
 * @throws UserError for a file that is no bundle, a torn one, one of another version, and for packages that it can't install
 */
export async function unpack(ui: Progress, { store, file, wantedWith }: Unpacked): Promise<string> {
  const { cache } = store;
  const refuse = (rule: string, fix: string) => new UserError([{ field: "bundle", value: file, rule, fix }]);
  if (!existsSync(file)) {
    throw refuse("is not there", "./lab bundle FILE writes one, on a machine that has the registries");
  }
  const cachePlace = await placeOf(cache.root);
  requireDiskFor("a bundle", { cache: toUnbundle.cache, engine: 0 }, { cache: cachePlace, engine: cachePlace });
  await mkdir(cache.tmp, { recursive: true });
  const work = await mkdtemp(join(cache.tmp, "unbundle."));
  const at = (name: string) => join(work, name);
  try {
    const manifest = await ui.step("verifying the bundle", async () => {
      await run(unpackCommand(resolve(file), work)).catch((error: unknown) => {
        throw refuse(`can't be read whole: ${lastLine(error)}`, "copy it again");
      });
      const found = existsSync(at(files.manifest))
        ? readManifest(await readFile(at(files.manifest), "utf8"))
        : undefined;
      if (found === undefined) {
        throw refuse("is no bundle that this version of the lab knows", "./lab bundle of this version writes one");
      }
      await verify(work).catch((error: unknown) => {
        throw refuse(`is torn: ${lastLine(error)}`, "copy it again");
      });
      return found;
    });
    const wanted = wantedWith(manifest.go);
    const lacks = lackingOf(manifest, wanted);
    if (lacks.length > 0) {
      const rule = `is of another version of the lab: it has no ${lacks.join(", no ")}`;
      throw refuse(rule, "use the checkout that made it, or a bundle that this one makes");
    }
    await installLacking(ui, manifest, store.engine.name, work);
    const trouble = await store.engine.problem();
    if (trouble !== undefined) {
      throw new UserError([{ field: "this machine", rule: `has no working ${store.engine.name}: ${trouble}` }]);
    }
    const enginePlace = await placeOf(await store.engine.folder());
    requireDiskFor(
      "the node image",
      { cache: 0, engine: toUnbundle.engine },
      { cache: cachePlace, engine: enginePlace },
    );
    await ui.step("programs and plugins", async (say) => {
      for (const build of wanted.builds) {
        say(build.title);
        await takeOver(store, build, at(files.build(keyOf(build))), at("taken"));
      }
    });
    await ui.step("node image", (say) =>
      loadImage(store, wanted.nodeImage, { archive: at(files.nodeImage), work, say }),
    );
    return manifest.go;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function verify(folder: string): Promise<void> {
  await run(["sha256sum", "--check", "--strict", "--quiet", files.sums], { cwd: folder });
}

function lackingOf({ builds, nodeImageBuild }: Manifest, wanted: Wanted): string[] {
  const there = new Set([...builds, nodeImageBuild]);
  return [...wanted.builds, wanted.nodeImage.artifact].map(keyOf).filter((key) => !there.has(key));
}

/** Installs what this machine lacks out of the bundle. @throws UserError where it can't */
async function installLacking(ui: Progress, manifest: Manifest, engine: string, work: string): Promise<void> {
  const lacks = [...missingPackages(engine), ...missingBundlePackages()];
  if (lacks.length === 0) {
    return;
  }
  const suite = debianSuite();
  const problem = (rule: string, fix: string) => new UserError([{ field: "this machine", rule, fix }]);
  const names = `lacks packages ${lacks.join(", ")}`;
  if (suite === undefined || !manifest.debian.includes(suite)) {
    const has = manifest.debian.map((each) => `Debian ${each}`).join(" and ");
    throw problem(`${names}, and the bundle has those of ${has}`, "install them, or ./lab bundle FILE --debian SUITE");
  }
  if (process.getuid?.() !== 0) {
    throw problem(`${names}, which only root can install`, "run the same command as root, for example with sudo");
  }
  await ui.step(`installing ${lacks.join(" ")}`, async (say) => {
    const scratch = join(work, "apt");
    await mkdir(scratch);
    for (const command of await installFrom(join(work, files.debian(suite)), lacks, scratch)) {
      await run(command, { say, env: { DEBIAN_FRONTEND: "noninteractive" } }).catch((error: unknown) => {
        const output = error instanceof CommandError ? error.output : String(error);
        throw problem(`${names}, and installing them out of the bundle failed: ${output}`, "see above");
      });
    }
  });
}

async function takeOver(store: Store, build: Artifact, archive: string, folder: string): Promise<void> {
  if (await store.has(build)) {
    return;
  }
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  await run(unpackCommand(archive, folder));
  await store.take(build, folder);
}

async function loadImage(
  store: Store,
  { artifact, name }: Wanted["nodeImage"],
  { archive, work, say }: { readonly archive: string; readonly work: string; readonly say: Say },
): Promise<void> {
  if (!(await store.engine.exists(name))) {
    say("unpacking");
    await run(unpackCommand(archive, work));
    await store.engine.load(join(work, "image.tar"), say);
  }
  const folder = join(work, "node-image");
  await mkdir(folder);
  await writeFile(join(folder, imageFile), `${name}\n`);
  await store.take(artifact, folder);
}

function lastLine(error: unknown): string {
  const text = error instanceof CommandError ? error.output : String(error);
  return text.trim().split("\n").at(-1) ?? "";
}
