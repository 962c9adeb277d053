import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { silentProgress } from "../../lib/progress";
import { UserError } from "../../lib/user-error";
import { type Artifact, keyOf } from "../../toolchain/artifact";
import { packCommand, unpackCommand } from "../../toolchain/bundle/archive";
import { files, manifestText, readManifest } from "../../toolchain/bundle/contents";
import { carriedStanzas, plannedPackages } from "../../toolchain/bundle/debian";
import { pack } from "../../toolchain/bundle/pack";
import { unpack, type Wanted } from "../../toolchain/bundle/unpack";
import { cacheAt } from "../../toolchain/cache";
import { ImageEngine } from "../../toolchain/image-engine/image-engine";
import { run } from "../../toolchain/run";
import { Store } from "../../toolchain/store";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cni-lab-bundle-"));
});
afterEach(() => rmSync(folder, { recursive: true }));
const at = (...path: string[]) => join(folder, ...path);

/** A machine with a cache, and an engine that keeps each image as a file of its name. */
function machine(name: string): Store {
  const [images, program] = [at(name, "images"), at(name, "engine")];
  mkdirSync(images, { recursive: true });
  const script = [
    `cd '${images}'`,
    'case "$1" in',
    '  exists) test -e "$2" ;;',
    '  save) cp "$3" "$2" ;;',
    '  load) cp "$4" "$(cat "$4")" ;;',
    "esac",
  ];
  writeFileSync(program, `#!/bin/sh\n${script.join("\n")}\n`);
  chmodSync(program, 0o755);
  const engine = new ImageEngine({
    name: "none",
    program: [program],
    exists: (image) => ["exists", image],
    build: [],
    save: (archive) => ["save", archive],
    answers: ["answers"],
    folder: [],
  });
  return new Store(cacheAt(at(name, "cache")), engine);
}

const artifact = (name: string, go: string): Artifact => ({
  name,
  title: name,
  values: { go },
  files: [],
  needs: [],
  load: "io",
  build: () => Promise.reject(new Error("nothing is built")),
});
const wantedWith = (go: string): Wanted => ({
  builds: [artifact("engine", go), artifact("plugins", go)],
  nodeImage: { artifact: artifact("node-image", go), name: "image-1" },
});

/** The bytes of one bundle, for tests that change theirs. */
let made: Buffer | undefined;

/** A bundle of a machine on which all is built. */
async function bundle(): Promise<string> {
  const file = at("lab.bundle");
  if (made === undefined) {
    await write("maker", file);
    made = readFileSync(file);
  }
  writeFileSync(file, made);
  return file;
}

/** Makes such a machine, and its bundle. */
async function write(name: string, file: string): Promise<void> {
  const store = machine(name);
  const { builds, nodeImage } = wantedWith("1.99.0");
  for (const each of builds) {
    const path = store.pathOf(each);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "program"), `program of ${each.name}`, { mode: 0o755 });
    writeFileSync(join(path, "other"), "");
  }
  writeFileSync(join(store.cache.root, "..", "images", nodeImage.name), nodeImage.name);
  const npm = join(store.cache.root, "..", "npm");
  mkdirSync(join(npm, "node_modules", ".vite"), { recursive: true });
  writeFileSync(join(npm, "node_modules", "a.js"), "a");
  writeFileSync(join(npm, "node"), "#!/bin/sh\n");
  await pack(silentProgress, {
    store,
    builds,
    nodeImage,
    npm,
    node: join(npm, "node"),
    go: "1.99.0",
    suites: [],
    file,
  });
  expect(readdirSync(store.cache.tmp)).toEqual([]);
}

const problemOf = (running: Promise<unknown>) =>
  running.then(
    () => "none",
    (error: unknown) => (error instanceof UserError ? error.message : error),
  );

test("another machine has what the bundle holds, with its modes, and no build is made", async () => {
  const store = machine("other");
  const file = await bundle();
  expect(await unpack(silentProgress, { store, file, wantedWith })).toBe("1.99.0");
  const { builds, nodeImage } = wantedWith("1.99.0");
  for (const each of builds) {
    const program = join(store.pathOf(each), "program");
    expect(readFileSync(program, "utf8")).toBe(`program of ${each.name}`);
    expect(statSync(program).mode & 0o777).toBe(0o755);
  }
  expect(await store.lacking([...builds, nodeImage.artifact])).toEqual([]);
  expect(await store.engine.exists("image-1")).toBe(true);
  expect(readdirSync(store.cache.tmp)).toEqual([]);
  await unpack(silentProgress, { store, file, wantedWith });
});

test("two bundles of one state are the same bytes", async () => {
  for (const name of ["one", "two"]) await write(name, at(`${name}.bundle`));
  expect(readFileSync(at("one.bundle")).equals(readFileSync(at("two.bundle")))).toBe(true);
});

test("caches of tools stay where they are", async () => {
  const file = await bundle();
  mkdirSync(at("out"));
  await run(unpackCommand(file, at("out")));
  await run(unpackCommand(at("out", files.npm), at("out")));
  expect(readdirSync(at("out", "node_modules"))).toEqual(["a.js"]);
  expect(readManifest(readFileSync(at("out", files.manifest), "utf8"))).toMatchObject({ go: "1.99.0", debian: [] });
});

test.each([
  ["that is not there", rmSync, "is not there; ./lab bundle FILE writes one"],
  ["that is cut short", (file: string) => truncateSync(file, statSync(file).size / 2), "copy it again"],
  ["that is something else", (file: string) => writeFileSync(file, "text"), "can't be read whole"],
])("a bundle %s is refused, and nothing is changed", async (_, change, rule) => {
  const store = machine("other");
  const file = await bundle();
  change(file);
  expect(await problemOf(unpack(silentProgress, { store, file, wantedWith }))).toContain(rule);
  expect(await store.lacking(wantedWith("1.99.0").builds)).toHaveLength(2);
  expect(await store.engine.exists("image-1")).toBe(false);
});

test("one byte that differs is named with its file", async () => {
  const store = machine("other");
  const file = await bundle();
  mkdirSync(at("out"));
  await run(unpackCommand(file, at("out")));
  const build = files.build(keyOf(artifact("plugins", "1.99.0")));
  const bytes = readFileSync(at("out", build));
  bytes[10] = (bytes[10] ?? 0) ^ 1;
  writeFileSync(at("out", build), bytes);
  await run(packCommand(file, at("out")));
  const problem = await problemOf(unpack(silentProgress, { store, file, wantedWith }));
  expect(problem).toContain("is torn");
  expect(await store.lacking(wantedWith("1.99.0").builds)).toHaveLength(2);
});

test("a bundle of another version says what it lacks", async () => {
  const store = machine("other");
  const file = await bundle();
  const changed = (go: string): Wanted => ({ ...wantedWith(go), builds: [artifact("engine", `${go} changed`)] });
  expect(await problemOf(unpack(silentProgress, { store, file, wantedWith: changed }))).toMatch(
    /is of another version of the lab: it has no engine-[0-9a-f]{16}; use the checkout that made it/,
  );
  expect(await store.engine.exists("image-1")).toBe(false);
});

test("a bundle of a later format is named so", () => {
  const manifest = { format: 1 as const, go: "1", builds: [], nodeImage: "", nodeImageBuild: "", debian: [] };
  expect(readManifest(manifestText(manifest))).toEqual(manifest);
  expect(readManifest(manifestText({ ...manifest, format: 2 as 1 }))).toBeUndefined();
  expect(readManifest("no JSON")).toBeUndefined();
});

test.each(["a.tar", "a.tar.gz", "a.tar.zst"])(
  "%s of the same files is the same bytes, whenever they were written",
  async (name) => {
    for (const each of ["one", "two"]) {
      mkdirSync(at(each));
      for (const file of each === "one" ? ["a", "b"] : ["b", "a"]) writeFileSync(at(each, file), file);
      utimesSync(at(each, "a"), 1000, each.length * statSync(at(each)).ino);
      await run(packCommand(at(`${each}-${name}`), at(each)));
    }
    expect(readFileSync(at(`one-${name}`)).equals(readFileSync(at(`two-${name}`)))).toBe(true);
  },
);

test("of apt's plan the packages are read, with their epochs", () => {
  const plan = [
    "Reading package lists...",
    "'http://mirror/pool/p/podman/podman_4.3.1_amd64.deb' podman_4.3.1_amd64.deb 100 SHA256:ab",
    "'http://mirror/pool/i/ip/ip_1_all.deb' ip_2%3a1.0-2_all.deb 100 SHA256:cd",
  ];
  expect(plannedPackages(plan.join("\n"))).toEqual([
    { name: "podman", version: "4.3.1" },
    { name: "ip", version: "2:1.0-2" },
  ]);
});

test("what every Debian has is not carried; the index names files as apt fetches them", () => {
  const text = [
    "Package: dpkg\nEssential: yes\nPriority: required\nVersion: 1\nFilename: pool/d/dpkg_1_amd64.deb",
    "Package: tzdata\nPriority: required\nVersion: 1\nFilename: pool/t/tzdata_1_all.deb",
    "Package: podman\nPriority: optional\nVersion: 1:4.3\nFilename: pool/p/podman_4.3_amd64.deb\nSize: 1",
  ];
  expect(carriedStanzas(text.join("\n\n"))).toEqual([
    {
      name: "podman",
      version: "1:4.3",
      text: "Package: podman\nPriority: optional\nVersion: 1:4.3\nFilename: ./podman_1%3a4.3_amd64.deb\nSize: 1",
    },
  ]);
});
