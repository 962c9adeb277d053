import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { bundlePlugin } from "../../toolchain/plugins/build";
import { failureOf, PluginClient } from "./plugin-client";

// Starts real processes: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const URN = "urn:pulumi:dev::proj::command:local:Command::sleeper";
const dir = mkdtempSync(join(tmpdir(), "cni-lab-plugin-"));
let executable: string;
let plugin: ChildProcess;
let client: PluginClient;
let printed = "";

beforeAll(async () => {
  executable = await bundlePlugin("command", dir);
});
afterAll(() => rmSync(dir, { recursive: true }));
afterEach(() => {
  client.close();
  plugin.kill("SIGKILL");
});

/** Starts the plugin, and in it a command whose grandchild's process id is returned. */
async function startSleeper(script: string): Promise<{ pid: number; create: Promise<unknown> }> {
  printed = "";
  plugin = spawn(executable, ["--flag", "127.0.0.1:1"], { stdio: ["pipe", "pipe", "inherit"] });
  plugin.stdout?.on("data", (chunk) => {
    printed += String(chunk);
  });
  await until("a port", () => /^\d+\n$/.test(printed));
  client = new PluginClient(Number(printed));
  await client.configure();
  const file = join(dir, `pid-${plugin.pid}`);
  const create = failureOf(client.create(URN, { create: `${script}\n sh -c 'echo $$ > ${file}; sleep 1000'; true` }));
  await until("the command's process", () => existsSync(file) && readFileSync(file, "utf8").endsWith("\n"));
  return { pid: Number(readFileSync(file, "utf8")), create };
}

async function until(what: string, test: () => boolean, ms = 10_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!test()) {
    if (Date.now() > deadline) throw new Error(`no ${what} within ${ms} ms`);
    await sleep(10);
  }
}

function alive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    // A zombie that nobody has waited for yet is dead, though it can be signalled.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

describe("a plugin's process", () => {
  it("ends itself and its children when the engine is gone, that is when its input closes", async () => {
    const { pid } = await startSleeper("");
    plugin.stdin?.end();
    await until("end of the child", () => !alive(pid));
    await until("end of the plugin", () => !alive(plugin.pid));
    expect(printed).toMatch(/^\d+\n$/);
  });

  it("ends children that ignore TERM, too", async () => {
    const { pid } = await startSleeper("trap '' TERM");
    plugin.stdin?.end();
    await until("end of the child", () => !alive(pid));
    await until("end of the plugin", () => !alive(plugin.pid));
  });

  it("leaves no children even when it is killed with SIGKILL", async () => {
    const { pid } = await startSleeper("trap '' TERM");
    plugin.kill("SIGKILL");
    await until("end of the child", () => !alive(pid));
  });

  it("ends its children on SIGTERM", async () => {
    const { pid } = await startSleeper("");
    plugin.kill("SIGTERM");
    await until("end of the child", () => !alive(pid));
    await until("end of the plugin", () => !alive(plugin.pid));
  });

  it("on Cancel ends the command with time to clean up, reports it and starts no other", async () => {
    const cleaned = join(dir, "cleaned");
    const { pid, create } = await startSleeper(`trap 'sleep 0.2; echo > ${cleaned}; exit 1' TERM`);
    await client.cancel();
    expect(alive(pid)).toBe(false);
    expect(existsSync(cleaned)).toBe(true);
    expect(await create).toMatchObject({ details: expect.stringMatching(/^cancelled: running \n/) });
    expect(await failureOf(client.create(URN, { create: "true" }))).toMatchObject({ details: "cancelled" });
  });
});
