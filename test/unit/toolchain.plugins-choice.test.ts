import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UserError } from "../../components/lib/user-error";
import { choosePlugins, chosenPlugins, type Install } from "../../toolchain/plugins-choice";

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
const choose = (install: Install, env: Record<string, string> = {}) => choosePlugins(memory, install, () => {}, env);

test("the official plugins are taken where both can be installed", async () => {
  expect(await choose(works)).toBe("official");
  expect(asked).toEqual(["command", "kubernetes"]);
  expect(chosenPlugins(memory, {})).toBe("official");
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
  expect(chosenPlugins(memory, {})).toBeUndefined();
  expect(await choose(works)).toBe("official");
});

test("the environment decides", async () => {
  expect(await choose(works, { CNI_LAB_PLUGINS: "own" })).toBe("own");
  expect(asked).toEqual([]);
  expect(await choose(works, { CNI_LAB_PLUGINS: "official" })).toBe("official");
  expect(chosenPlugins(memory, { CNI_LAB_PLUGINS: "own" })).toBe("own");
});

test("an order that can't be followed is refused with its reason", async () => {
  const order = choose(fails, { CNI_LAB_PLUGINS: "official" });
  await expect(order).rejects.toThrow(UserError);
  await expect(order).rejects.toThrow(
    'CNI_LAB_PLUGINS is "official": asks for plugins that could not be installed: no route to host; unset it',
  );
  expect(() => chosenPlugins(memory, { CNI_LAB_PLUGINS: "both" })).toThrow("must be one of: own, official");
});
