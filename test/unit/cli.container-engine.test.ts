import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { ContainerEngine } from "../../components/cluster/engine/engine";
import { engineOf, engines } from "../../components/cluster/engine/engines";
import { podman } from "../../components/cluster/engine/podman";
import { engineOfStack } from "../../driver/stack/container-engine";

beforeAll(() => {
  (engines as ContainerEngine[]).push({ ...podman, name: "other" });
});
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "cni-lab-engine-"));
  mkdirSync(path.join(folder, ".pulumi/stacks/cni-lab"), { recursive: true });
  vi.stubEnv("PULUMI_BACKEND_URL", `file://${folder}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** The engine's name of a stack that told this and is set to that; a text for a state or a config is taken as it is. */
async function engineWith(outputs: object | string | undefined, config: string | undefined): Promise<string> {
  const state = path.join(folder, ".pulumi/stacks/cni-lab/s.json");
  const resources = [{ type: "pulumi:pulumi:Stack", outputs }];
  if (outputs !== undefined) {
    const text = typeof outputs === "string" ? outputs : JSON.stringify({ checkpoint: { latest: { resources } } });
    writeFileSync(state, text);
  }
  const file = path.join(folder, "Pulumi.s.yaml");
  if (config !== undefined) writeFileSync(file, config);
  return (await engineOfStack("s", file)).name;
}

const wants = (name: string) => `config:\n  cni-lab:engine: ${name}\n`;
test.each<[string, object | string | undefined, string | undefined]>([
  ["its program told", { engine: "other" }, wants("podman")],
  ["its config asks for, before there is a state", undefined, wants("other")],
  ["its config asks for, where its state is torn", "{", wants("other")],
])("the engine of a stack is the one that %s", async (_, outputs, config) => {
  expect(await engineWith(outputs, config)).toBe("other");
});

test.each<[string, object | string | undefined, string | undefined]>([
  ["its state is from before stacks told theirs", { cni: "flannel" }, wants("auto")],
  ["nothing is known of it", undefined, undefined],
  ["its config is torn", undefined, "config: ["],
  ["its config is wrong", undefined, wants("crio")],
])("where %s, it is podman", async (_, outputs, config) => {
  expect(await engineWith(outputs, config)).toBe("podman");
});

test("an engine that this version does not know is named, with those that it knows", async () => {
  await expect(engineWith({ engine: "crio" }, undefined)).rejects.toThrow(
    'engine is "crio": must be one of: auto, podman',
  );
  expect(() => engineOf("Podman")).toThrow('engine is "Podman": must be one of: auto, podman');
});
