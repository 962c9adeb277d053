import { existsSync } from "node:fs";
import { chmod, copyFile, link, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Progress } from "../../lib/progress";
import { type Artifact, keyOf } from "../artifact";
import { run } from "../run";
import type { Store } from "../store";
import { packagesToBundle } from "../system/packages";
import { packCommand } from "./archive";
import { files, type Manifest, manifestText } from "./contents";
import { fetchPackages } from "./debian";

/** What a bundle is made of; all of it is there. */
export interface Packed {
  readonly store: Store;
  /** Artifacts as they are in the store. */
  readonly builds: readonly Artifact[];
  readonly nodeImage: { readonly artifact: Artifact; readonly name: string };
  /** The folder that has `node_modules`. */
  readonly npm: string;
  /** Node's program. */
  readonly node: string;
  /** The version of the Go that built them. */
  readonly go: string;
  /** Debian suites whose packages it has. */
  readonly suites: readonly string[];
  /** Where the bundle is written to. */
  readonly file: string;
}

/** A part of a bundle, as a person reads it. */
export interface PartSize {
  readonly part: string;
  readonly bytes: number;
}

/** Writes a bundle; one that is there is replaced when the new one is whole. @returns what it holds, and how large each part is */
export async function pack(ui: Progress, packed: Packed): Promise<PartSize[]> {
  const { store, builds, nodeImage, go, suites, file } = packed;
  const { cache } = store;
  await mkdir(cache.tmp, { recursive: true });
  const work = await mkdtemp(join(cache.tmp, "bundle."));
  const out = join(work, "out");
  try {
    await Promise.all(["bootstrap", "builds"].map((folder) => mkdir(join(out, folder), { recursive: true })));
    await ui.step("Node and the npm packages", async () => {
      await run(packCommand(join(out, files.npm), packed.npm, [...toolCaches, "node_modules"]));
      await run(packCommand(join(out, files.node), await nodeFolder(packed.node, join(work, "node"))));
    });
    for (const build of builds) {
      await ui.step(build.title, () => run(packCommand(join(out, files.build(keyOf(build))), store.pathOf(build))));
    }
    await ui.step("node image", async (say) => {
      const folder = join(work, "image");
      await mkdir(folder);
      await store.engine.save([nodeImage.name], join(folder, "image.tar"), say);
      say("packing");
      await run(packCommand(join(out, files.nodeImage), folder, ["image.tar"]));
      await rm(folder, { recursive: true });
    });
    for (const suite of suites) {
      await ui.step(`packages of Debian ${suite}`, async (say) => {
        const scratch = join(work, `apt-${suite}`);
        await mkdir(scratch);
        await fetchPackages(suite, packagesToBundle(), { folder: join(out, files.debian(suite)), scratch, say });
      });
    }
    const manifest: Manifest = {
      format: 1,
      go,
      builds: builds.map(keyOf),
      nodeImage: nodeImage.name,
      nodeImageBuild: keyOf(nodeImage.artifact),
      debian: [...suites],
    };
    await writeFile(join(out, files.manifest), manifestText(manifest));
    return await ui.step(`writing ${file}`, async () => {
      const all = await listed(out);
      await writeFile(join(out, files.sums), `${await run(["sha256sum", ...all], { cwd: out })}\n`);
      const whole = join(work, "bundle.tar");
      await run(
        packCommand(whole, out, [...first, ...(await readdir(out)).filter((name) => !first.includes(name)).sort()]),
      );
      await place(whole, resolve(file));
      return sizesOf(out);
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** They lie first in a bundle: whoever looks for them need not read all of it. */
const first: readonly string[] = [files.manifest, files.sums];

/** Options that leave out what tools write there again. */
const toolCaches = [".vite", ".vitest", ".cache"].map((name) => `--exclude=node_modules/${name}`);

/** Node by itself, with its licence where it lies beside it as its packages have it. */
async function nodeFolder(program: string, folder: string): Promise<string> {
  await mkdir(join(folder, "bin"), { recursive: true });
  await copyFile(program, join(folder, "bin", "node"));
  await chmod(join(folder, "bin", "node"), 0o755);
  const prefix = dirname(dirname(program));
  const licence = [join(prefix, "LICENSE"), join(prefix, "share", "doc", "nodejs", "LICENSE")].find(existsSync);
  if (licence !== undefined) {
    await copyFile(licence, join(folder, "LICENSE"));
  }
  return folder;
}

/** Paths of the files below a folder, in order. */
async function listed(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** Also onto another file system, and never half-written under its name. */
async function place(from: string, to: string): Promise<void> {
  const beside = `${to}.part`;
  await mkdir(dirname(to), { recursive: true });
  await rm(beside, { force: true });
  await link(from, beside).catch(() => copyFile(from, beside));
  await rename(beside, to);
}

async function sizesOf(out: string): Promise<PartSize[]> {
  const sizes = new Map<string, number>();
  for (const path of await listed(out)) {
    const [top = "", second] = path.split("/");
    const part = top === "debian" ? `${top}/${second}` : path;
    sizes.set(part, (sizes.get(part) ?? 0) + (await stat(join(out, path))).size);
  }
  return [...sizes].map(([part, bytes]) => ({ part, bytes }));
}
