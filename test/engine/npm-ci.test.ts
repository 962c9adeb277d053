import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = path.resolve(__dirname, "../..");
const folder = mkdtempSync(path.join(tmpdir(), "cni-lab-npm-"));
const read = (name: string) => readFileSync(path.join(folder, name), "utf8");

beforeAll(() => {
  for (const name of ["package.json", "package-lock.json", ".npmrc", "package/package.json"]) {
    if (existsSync(path.join(root, name))) cpSync(path.join(root, name), path.join(folder, name));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const npm = (...args: string[]) =>
  execa("npm", [...args, "--offline", "--ignore-scripts"], {
    cwd: folder,
    env: { npm_config_cache: path.join(folder, "npm") },
    all: true,
    reject: false,
  });

test.each([
  ["linux", "x64"],
  ["darwin", "arm64"],
  ["win32", "x64"],
])("npm ci takes the lock file on %s %s, without a look at a registry", async (os, cpu) => {
  const { exitCode, all } = await npm("ci", "--dry-run", `--os=${os}`, `--cpu=${cpu}`);
  expect(exitCode, all).toBe(0);
  expect(all).toMatch(/^added \d+ packages/m);
});

test("npm install leaves the lock file as it is", async () => {
  const before = read("package-lock.json");
  const { exitCode, all } = await npm("install", "--package-lock-only");
  expect(exitCode, all).toBe(0);
  expect(read("package-lock.json")).toBe(before);
});
