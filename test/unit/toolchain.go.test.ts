import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { chooseGo } from "../../toolchain/go/choice";
import { isGoAtLeast, parseGoVersion } from "../../toolchain/go/version";

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
