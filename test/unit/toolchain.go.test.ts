import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { silentProgress } from "../../lib/progress";
import { cacheAt } from "../../toolchain/cache";
import { goArtifact } from "../../toolchain/go/artifacts";
import { chooseGo, type GoChoice } from "../../toolchain/go/choice";
import * as programs from "../../toolchain/go/programs";
import { isGoAtLeast, parseGoVersion } from "../../toolchain/go/version";
import { nodeImageName } from "../../toolchain/node/image";
import { goOfStacks, nodeImageHere, nodeImageParts } from "../../toolchain/node-image";
import { Store } from "../../toolchain/store";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cni-lab-go-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A Go distribution, and a folder for PATH that links to it. */
function installed(name: string, version: string): string {
  const bin = join(folder, name, "go", "bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "go"), "");
  chmodSync(join(bin, "go"), 0o755);
  writeFileSync(join(folder, name, "go", "VERSION"), `${version}\ntime 2025-01-01T00:00:00Z\n`);
  symlinkSync(join(bin, "go"), join(folder, name, "go-link"));
  return bin;
}

test.each<[string, readonly number[] | undefined]>([
  ["go1.26.8", [1, 26, 8]],
  ["1.24.11", [1, 24, 11]],
  ["go1.25", [1, 25, 0]],
  ["go1.25.0 X:nocoverageredesign", [1, 25, 0]],
  ["devel go1.27-abc", undefined],
  ["go1.25rc1", undefined],
  ["", undefined],
])("version %s", (text, numbers) => {
  expect(parseGoVersion(text)).toEqual(numbers);
});

test.each<[string, string, boolean]>([
  ["1.24.11", "1.24.11", true],
  ["1.24.10", "1.24.11", false],
  ["1.25.0", "1.24.11", true],
  ["1.9.0", "1.24.11", false],
  ["2.0.0", "1.24.11", true],
])("%s is at least %s: %s", (version, wanted, result) => {
  expect(isGoAtLeast(parseGoVersion(version) ?? [], parseGoVersion(wanted) ?? [])).toBe(result);
});

test("the first Go on PATH that is new enough is taken", () => {
  const old = installed("old", "go1.22.1");
  const good = installed("good", "go1.24.11");
  const newer = installed("newer", "go1.26.8");
  const path = [old, "/nowhere", good, newer].join(":");
  expect(chooseGo(path, "1.24.11")).toEqual({ from: "path", version: "1.24.11", bin: join(good, "go") });
});

test("a link on PATH leads to the version of its distribution", () => {
  const bin = join(folder, "links");
  installed("real", "go1.26.8");
  mkdirSync(bin);
  symlinkSync(join(folder, "real", "go-link"), join(bin, "go"));
  expect(chooseGo(bin, "1.24.11")).toMatchObject({ version: "1.26.8" });
});

test("without one the pinned Go of PyPI is taken", () => {
  expect(chooseGo(installed("old", "go1.24.10"), "1.24.11")).toEqual({ from: "pypi", version: "1.24.11" });
  expect(chooseGo("", "1.24.11")).toEqual({ from: "pypi", version: "1.24.11" });
});

test("the builds of a bundle count for as long as its node image is that of this checkout", () => {
  const cache = cacheAt(folder);
  const brought: GoChoice = { from: "bundle", version: "1.99.0" };
  writeFileSync(cache.bundleGo, "1.99.0\n");
  expect(goOfStacks(cache)).toEqual(chooseGo());
  const { nodeImage } = nodeImageParts(brought);
  mkdirSync(new Store(cache).pathOf(nodeImage), { recursive: true });
  expect(goOfStacks(cache)).toEqual(brought);
  expect(nodeImageHere(cache)).toBe(nodeImageName(nodeImage));
  expect(nodeImageHere(cache)).not.toBe(nodeImageName(nodeImageParts(chooseGo()).nodeImage));
});

test("what of a bundle is gone is not built with a Go that is not there", async () => {
  const cache = cacheAt(folder);
  const store = new Store(cache);
  const lost = goArtifact(programs.echo, { from: "bundle", version: "1.99.0" });
  const failed = store.ensure([lost], silentProgress);
  await expect(failed).rejects.toThrow(
    'toolchain is "echo 1": came in a bundle, built with Go 1.99.0, and is gone; ./lab unbundle FILE brings it again',
  );
});
