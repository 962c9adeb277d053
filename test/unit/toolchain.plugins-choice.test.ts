import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UserError } from "../../lib/user-error";
import {
  choosePlugins,
  chosenPlugins,
  describeChoice,
  type Install,
  type OfficialPlugin,
  officialPlugins,
  pinsOf,
} from "../../toolchain/plugins-choice";

let folder: string;
let memory: string;
let asked: string[];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "cni-lab-plugins-"));
  memory = path.join(folder, "cache/plugins");
  asked = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const works: Install = async ({ name }) => {
  asked.push(name);
};
const fails: Install = async ({ name }) => {
  asked.push(name);
  throw new Error("Command failed\nno route to host");
};
const plugin = (name: string, sha256: string | null): OfficialPlugin => ({
  name,
  version: "1.0.0",
  sha256,
  deadlineMs: 1_000,
});
/** Plugins that can be told from others, and the same where one can't. */
const known = [plugin("command", "a".repeat(64)), plugin("kubernetes", "b".repeat(64))];
const unknown = [plugin("command", "a".repeat(64)), plugin("kubernetes", null)];
const choose = (install: Install, env: Record<string, string> = {}, plugins = known) =>
  choosePlugins(memory, install, () => {}, env, plugins);
const chosen = (env: Record<string, string> = {}, plugins = known) => chosenPlugins(memory, env, plugins);

test("the official plugins are taken where both are pinned and can be installed", async () => {
  expect(await choose(works)).toBe("official");
  expect(asked).toEqual(["command", "kubernetes"]);
  expect(chosen()).toBe("official");
  expect(await choose(fails)).toBe("official");
  expect(asked).toHaveLength(2);
});

test("the lab's own serve elsewhere, and nobody waits for that twice", async () => {
  expect(await choose(fails)).toBe("own");
  expect(await choose(works)).toBe("own");
  expect(asked).toEqual(["command"]);
});

test("an answer for other versions does not count", async () => {
  await choose(fails);
  writeFileSync(memory, "own command@0.0.1+kubernetes@0.0.1\n");
  expect(chosen()).toBeUndefined();
  expect(await choose(works)).toBe("official");
});

test("the environment decides", async () => {
  expect(await choose(works, { CNI_LAB_PLUGINS: "own" })).toBe("own");
  expect(asked).toEqual([]);
  expect(await choose(works, { CNI_LAB_PLUGINS: "official" })).toBe("official");
  expect(chosen({ CNI_LAB_PLUGINS: "own" })).toBe("own");
});

test("an order that can't be followed is refused with its reason", async () => {
  const order = choose(fails, { CNI_LAB_PLUGINS: "official" });
  await expect(order).rejects.toThrow(UserError);
  await expect(order).rejects.toThrow(
    'CNI_LAB_PLUGINS is "official": asks for plugins that could not be installed: no route to host; unset it',
  );
  expect(() => chosen({ CNI_LAB_PLUGINS: "both" })).toThrow("must be one of: own, official");
});

test("a plugin without a pinned digest is not taken by itself, nor is it asked for", async () => {
  expect(await choose(works, {}, unknown)).toBe("own");
  expect(asked).toEqual([]);
  expect(chosen({}, unknown)).toBe("own");
});

test("a user's word lets it in, and only for as long as it is given", async () => {
  expect(await choose(works, { CNI_LAB_PLUGINS: "official" }, unknown)).toBe("official");
  expect(asked).toEqual(["command", "kubernetes"]);
  expect(await choose(works, {}, unknown)).toBe("own");
});

test("what came without a check does not count once there is one", async () => {
  await choose(works, { CNI_LAB_PLUGINS: "official" }, unknown);
  expect(chosen()).toBeUndefined();
  expect(pinsOf(unknown)).toBe("command-1.0.0-aaaaaaaa+kubernetes-1.0.0-unchecked");
  expect(pinsOf(known)).not.toBe(pinsOf(unknown));
});

test("each digest is one, or none", () => {
  const digests = officialPlugins.map(({ sha256 }) => sha256);
  expect(digests.filter((digest) => digest !== null && !/^[0-9a-f]{64}$/.test(digest))).toEqual([]);
});

test("the choice is told with its reason", () => {
  expect(describeChoice(undefined, {}, known)).toBe("chosen at the first ./lab up");
  expect(describeChoice("official", {}, known)).toBe("the official ones");
  expect(describeChoice("own", {}, known)).toBe("the lab's own (the official ones can't be installed here)");
  expect(describeChoice("own", {}, unknown)).toBe(
    "the lab's own (no digest of the official kubernetes 1.0.0 is pinned)",
  );
  expect(describeChoice("official", {}, unknown)).toBe(
    "the official ones, by CNI_LAB_PLUGINS; the lab has no digest to check kubernetes 1.0.0 against",
  );
  expect(describeChoice("own", { CNI_LAB_PLUGINS: "own" }, unknown)).toBe("the lab's own (by CNI_LAB_PLUGINS)");
});
