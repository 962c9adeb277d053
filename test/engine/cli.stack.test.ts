import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { down } from "../../cli/commands/down";
import { mendStack, requireIdle, runEngine } from "../../driver/stack/engine";
import { farewell } from "../../driver/stack/farewell";
import { stackConfigFile } from "../../driver/stack/paths";
import { Stack } from "../../driver/stack/stack";
import { UserError } from "../../lib/user-error";
import { locateToolchain } from "../../toolchain";

/** A stack under the real Pulumi CLI, in a state folder of its own. */
let folder: string;
let stack: Stack;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "cni-lab-stack-"));
  vi.stubEnv("XDG_STATE_HOME", folder);
  stack = new Stack("test-stack", locateToolchain());
  await Promise.all([1, 2, 3].map(() => stack.prepare({ missing: { cni: "flannel" }, set: { nodeImage: "x" } })));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(stackConfigFile("test-stack"), { force: true });
  rmSync(folder, { recursive: true });
});

const checkpoint = () => path.join(folder, "cni-lab/pulumi/.pulumi/stacks/cni-lab/test-stack.json");
const locks = () => path.join(folder, "cni-lab/pulumi/.pulumi/locks/organization/cni-lab/test-stack");

function writeLock(pid: number): void {
  mkdirSync(locks(), { recursive: true });
  const lock = { pid, username: "root", hostname: hostname(), timestamp: "2026-01-01T00:00:00Z" };
  writeFileSync(path.join(locks(), "0.json"), JSON.stringify(lock));
}
afterEach(() => rmSync(locks(), { recursive: true, force: true }));

test("three that prepare a stack at once leave one that Pulumi can use", async () => {
  expect(await stack.exists()).toBe(true);
  expect(JSON.parse(await stack.pulumi(["config", "--json"]))).toMatchObject({
    "cni-lab:cni": { value: "flannel" },
    "cni-lab:nodeImage": { value: "x" },
  });
  expect(readFileSync(stackConfigFile("test-stack"), "utf8")).toMatch(/^encryptionsalt: v1:/m);
  // The passphrase fits the salt, else this fails.
  await stack.pulumi(["config", "set", "--secret", "other:key", "value"]);
  await stack.pulumi(["config", "rm", "other:key"]);
});

test("the node image that an earlier version has written goes, and one of somebody's own stays", async () => {
  const image = () => stack.config().values().nodeImage;
  stack.config().set({ nodeImage: "localhost/cni-lab/node:0123456789abcdef" }).save();
  await stack.prepare({ missing: {}, set: {} });
  expect(image()).toBeUndefined();
  await stack.prepare({ missing: {}, set: { nodeImage: "x" } });
  await stack.prepare({ missing: {}, set: {} });
  expect(image()).toBe("x");
});

test("the lock of an engine that was killed is taken away, and what it left open is forgotten", async () => {
  const state = JSON.parse(readFileSync(checkpoint(), "utf8"));
  const urn = "urn:pulumi:test-stack::cni-lab::command:local:Command::n1";
  const creating = { type: "creating", resource: { urn, type: "command:local:Command", custom: true } };
  state.checkpoint.latest = { ...state.checkpoint.latest, pending_operations: [creating] };
  writeFileSync(checkpoint(), JSON.stringify(state));
  writeLock(4_000_000);
  expect(stack.summary()?.pending).toBe(1);
  const said: string[] = [];
  await mendStack(stack, (line) => said.push(line));
  expect(said).toEqual([
    "An engine that was killed left its lock on test-stack; removing it.",
    "Operations that were interrupted, and are retried: 1.",
  ]);
  expect(stack.locks()).toEqual([]);
  expect(stack.summary()).toEqual({ resources: 0, pending: 0, outputs: false });
});

test("a backend that wants a login is told of, with the way to one", async () => {
  vi.stubEnv("PULUMI_BACKEND_URL", "https://me:pass@127.0.0.1:1");
  vi.stubEnv("PULUMI_ACCESS_TOKEN", "");
  vi.stubEnv("PULUMI_CREDENTIALS_PATH", folder);
  onTestFinished(() => {
    for (const name of ["PULUMI_BACKEND_URL", "PULUMI_ACCESS_TOKEN", "PULUMI_CREDENTIALS_PATH"])
      delete process.env[name];
  });
  const elsewhere = new Stack("test-stack", locateToolchain());
  await expect(elsewhere.exists()).rejects.toThrow(
    /^PULUMI_BACKEND_URL is "https:\/\/127\.0\.0\.1:1": can't be used: error: .*; run pulumi login with it/,
  );
});

test("nothing is done while an engine is at work", async () => {
  const program = path.join(folder, "pulumi");
  copyFileSync("/bin/sleep", program);
  const engine = spawn(program, ["60"]);
  await new Promise((resolve) => engine.once("spawn", resolve));
  try {
    writeLock(engine.pid ?? 0);
    expect(() => requireIdle(stack)).toThrow(UserError);
    await expect(mendStack(stack, () => {})).rejects.toThrow(`is being changed by process ${engine.pid} of root@`);
    expect(stack.locks()).toHaveLength(1);
  } finally {
    engine.kill("SIGKILL");
    await new Promise((resolve) => engine.once("close", resolve));
  }
  expect(() => requireIdle(stack)).not.toThrow();
});

describe("what Pulumi says when it has destroyed a stack", () => {
  /** A stack that holds a component, as that needs no plugin to go. */
  function hold(): void {
    const state = JSON.parse(readFileSync(checkpoint(), "utf8"));
    const urn = (type: string, name: string) => `urn:pulumi:test-stack::cni-lab::${type}::${name}`;
    const own = { urn: urn("pulumi:pulumi:Stack", "cni-lab-test-stack"), type: "pulumi:pulumi:Stack", custom: false };
    const part = { urn: urn("cni-lab:index:Part", "part"), type: "cni-lab:index:Part", custom: false };
    state.checkpoint.latest = { ...state.checkpoint.latest, resources: [own, { ...part, parent: own.urn }] };
    writeFileSync(checkpoint(), JSON.stringify(state));
  }

  test("ends with the words that are known", async () => {
    hold();
    const said = await stack.pulumi(["destroy", "--yes", "--skip-preview", "--non-interactive", "--color", "never"]);
    expect(said.split("\n").slice(-3)).toEqual([...farewell("test-stack"), ""]);
  });

  test("reaches the user without them", async () => {
    hold();
    const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    const { exitCode } = await runEngine(stack, "destroy");
    const said = written.mock.calls.map(([chunk]) => String(chunk)).join("");
    written.mockRestore();
    expect(exitCode).toBe(0);
    expect(said).toMatch(/- 2 deleted/);
    expect(said).not.toMatch(/pulumi stack rm|still maintained/);
  });
});

test("a stack that is forgotten leaves its config file, and can be made again", async () => {
  await stack.prepare({ missing: {}, set: { podCidr: "10.50.0.0/16" } });
  await stack.forget();
  expect(await stack.exists()).toBe(false);
  expect(existsSync(path.join(folder, "cni-lab/stacks/test-stack"))).toBe(false);
  expect(stack.config().values()).toMatchObject({ podCidr: "10.50.0.0/16" });
  await stack.forget();
  await stack.prepare({ missing: {}, set: {} });
  await stack.pulumi(["config", "set", "--secret", "other:key", "value"]);
  expect(await stack.outputs()).toBeUndefined();
  await expect(stack.requireUp()).rejects.toThrow('STACK is "test-stack": is not up; run ./lab up test-stack');
});

test.each([
  ["a lab forgets what was set and swapped, and says so", "test-multihomed", false, {}],
  ["a lab keeps it where that is asked for", "test-multihomed", true, { cni: "weave", nodes: "2" }],
  ["a stack of somebody's own keeps it", "test-stack", false, { cni: "weave", nodes: "2" }],
] as const)("%s", async (_, name, keepConfig, kept) => {
  const said = vi.spyOn(console, "log").mockImplementation(() => {});
  onTestFinished(() => {
    said.mockRestore();
    rmSync(stackConfigFile(name), { force: true });
  });
  const other = new Stack(name, locateToolchain());
  await other.prepare({ missing: { networks: "macvlan-conf" }, set: { cni: "weave", nodes: "2" } });
  expect(await down(name, { keepConfig })).toBe(0);
  expect(await other.exists()).toBe(false);
  expect(other.config().values()).toEqual("cni" in kept ? expect.objectContaining(kept) : {});
  const lines = said.mock.calls.flat().filter((line: string) => line.startsWith("Forgotten"));
  expect(lines).toEqual(
    "cni" in kept
      ? []
      : [
          expect.stringMatching(
            /\.\/lab up test-multihomed is the lab again .*: cni=weave \(lab: flannel\), nodes=2 \(/,
          ),
        ],
  );
});
