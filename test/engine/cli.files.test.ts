import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, expect, test } from "vitest";
import { stackConfigFile } from "../../driver/stack/paths";
import { userCache } from "../../toolchain/cache";
import { WatchedFolders } from "../files";

const root = path.resolve(__dirname, "../..");
/** Nobody brings it up: it has no bug to bring about. */
const stack = "test-multihomed";
const state = mkdtempSync(path.join(tmpdir(), "cni-lab-files-"));
const watched = new WatchedFolders();
const env = { ...watched.env, XDG_STATE_HOME: state, CI: "true" };

afterAll(() => {
  rmSync(state, { recursive: true, force: true });
  rmSync(stackConfigFile(stack), { force: true });
  watched.remove();
});

const lab = async (...args: string[]) => (await execa(path.join(root, "lab"), args, { env, stdin: "ignore" })).stdout;
const shell = (script: string) => execa("sh", ["-euc", script], { env, cwd: root, stdin: "ignore" });
const privateFolders = () => readdirSync(path.join(userCache().root, "private"));

test("a program that Pulumi runs by itself is compiled from what lies here, and leaves nothing", async () => {
  await lab("pulumi", "-s", stack, "version");
  const exports = (await lab("env", stack)).replace(/^export TMPDIR=.*$/m, "");
  const { stdout } = await shell(`${exports}\npulumi preview --non-interactive`);
  expect(stdout).toContain("cni-lab:index:Cluster");
  expect(watched.left()).toEqual([]);
});

test("commands leave nothing outside of the lab's own folders, nor of their run in them", async () => {
  const before = privateFolders();
  await lab("list");
  await lab("pulumi", "-s", stack, "preview", "--non-interactive");
  await lab("status", stack);
  await lab("down", stack);
  expect(watched.left()).toEqual([]);
  expect(privateFolders().filter((name) => !before.includes(name))).toEqual([]);
});

test("a shell gets a temporary folder of its own, which down empties", async () => {
  const [, folder = ""] = /^export TMPDIR='?([^'\n]*)/m.exec(await lab("env", stack)) ?? [];
  expect(folder).toBe(path.join(userCache().root, "private", `shell-${stack}`));
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  await shell(`touch ${folder}/kubeconfig1`);
  await lab("down", stack);
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});
