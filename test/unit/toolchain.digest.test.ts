import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Artifact, digestOf } from "../../toolchain/artifact";
import { goArtifact } from "../../toolchain/go/artifacts";
import { coredns } from "../../toolchain/go/programs";
import { repository } from "../../toolchain/repository";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cni-lab-digest-"));
  writeFileSync(join(folder, "a"), "a");
});
afterEach(() => rmSync(folder, { recursive: true }));

const base = { name: "x", title: "x", values: { a: 1, b: 2 }, needs: [], load: "io", build: async () => {} } as const;
const digest = (change: Partial<Artifact> = {}) =>
  digestOf({ ...base, files: [relative(repository, folder)], ...change });

test("the same inputs have the same digest, in whatever order they are written", () => {
  expect(digest()).toMatch(/^[0-9a-f]{16}$/);
  expect(digest({ values: { b: 2, a: 1 } })).toBe(digest());
});

test("a title and a kind of load do not enter", () => {
  expect(digest({ title: "other", load: "cpu" })).toBe(digest());
});

test.each<[string, Partial<Artifact>]>([
  ["name", { name: "y" }],
  ["values", { values: { a: 1, b: 3 } }],
  ["needs", { needs: [{ ...base, files: [] }] }],
  ["files", { files: [] }],
])("%s enter", (_what, change) => {
  expect(digest(change)).not.toBe(digest());
});

test("a file's content, name and mode enter", () => {
  const seen = new Set([digest()]);
  writeFileSync(join(folder, "a"), "b");
  seen.add(digest());
  writeFileSync(join(folder, "b"), "b");
  seen.add(digest());
  rmSync(join(folder, "b"));
  writeFileSync(join(folder, "b"), "b", { mode: 0o755 });
  seen.add(digest());
  expect(seen.size).toBe(4);
});

test("a change of what a need is made of changes its user", () => {
  const need = (text: string): Artifact => ({ ...base, files: [], values: { text } });
  expect(digest({ needs: [need("1")] })).not.toBe(digest({ needs: [need("2")] }));
});

test("the version of Go and the version of the program enter, where Go lies does not", () => {
  const digestWith = (version: string, bin: string) => digestOf(goArtifact(coredns, { from: "path", version, bin }));
  expect(digestWith("1.26.8", "/a/go")).toBe(digestWith("1.26.8", "/b/go"));
  expect(digestWith("1.26.8", "/a/go")).not.toBe(digestWith("1.26.9", "/a/go"));
  const other = { ...coredns, stamps: { x: "1" } };
  const choice = { from: "path", version: "1.26.8", bin: "/a/go" } as const;
  expect(digestOf(goArtifact(other, choice))).not.toBe(digestOf(goArtifact(coredns, choice)));
});
