import { readFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Verdict } from "../../cli/checks/verdict";
import { commandsOf } from "../readme";
import { engineHolds, LabUnderTest, type Ran } from "./lab";

const lab = new LabUnderTest("flannel");
let up: Ran;

beforeAll(async () => {
  up = await lab.run("up", lab.stack);
});

afterAll(async () => {
  await lab.end();
});

async function check(): Promise<{ exitCode: number; failed: string[] }> {
  const { exitCode, stdout } = await lab.run("check", lab.stack, "--json");
  const { checks } = JSON.parse(stdout) as Verdict;
  return { exitCode, failed: checks.filter(({ outcome }) => outcome !== "passed").map(({ id }) => id) };
}

describe("up", () => {
  test("ends as expected", () => {
    expect(up.exitCode).toBe(0);
  });

  test("every node is Ready, runs the version asked for and has its address on the LAN", async () => {
    const { items } = await lab.get("nodes");
    expect(items.map((node: { metadata: { name: string } }) => node.metadata.name)).toEqual(["n1", "n2", "n3"]);
    for (const { status } of items) {
      expect(status.conditions.find(({ type }: { type: string }) => type === "Ready").status).toBe("True");
      expect(status.nodeInfo.kubeletVersion).toBe("v1.34.4");
      expect(status.addresses[0].address).toMatch(/^172\.28\.\d+\.1[123]$/);
    }
  });

  test("no pod of the cluster pulled an image", async () => {
    const { items } = await lab.get("events", "-A", "--field-selector", "reason=Pulling");
    expect(items).toEqual([]);
  });

  test("secrets are not in clear in the state", async () => {
    const kubeconfig = await lab.run("kubectl", "-s", lab.stack, "config", "view", "--raw", "-o", "json");
    const { user } = JSON.parse(kubeconfig.stdout).users[0];
    const state = lab.stateText();
    expect(state).toContain("cluster-kubeconfig");
    expect(user["client-key-data"]).toMatch(/^[A-Za-z0-9+/=]{100,}$/);
    expect(state).not.toContain(user["client-key-data"]);
    expect(state).not.toMatch(/--token [a-z0-9]{6}\.[a-z0-9]{16}/);
  });

  test("a preview afterwards shows no change, and so does a second up", async () => {
    const preview = await lab.run("pulumi", "-s", lab.stack, "preview", "--expect-no-changes", "--non-interactive");
    expect(preview.exitCode).toBe(0);
    const again = await lab.run("pulumi", "-s", lab.stack, "up", "--yes", "--skip-preview", "--expect-no-changes");
    expect(again.exitCode).toBe(0);
  });
});

describe("the API server", () => {
  test("answers this machine, and a node's packets to elsewhere go nowhere", async () => {
    const route = await lab.node("n1", "ip", "route", "show", "default");
    const [, gateway] = /^default via (\S+) dev eth1/.exec(route) ?? [];
    const neighbours = (await execa("ip", ["-o", "addr"])).stdout;
    expect(gateway).toMatch(/^172\.28\.\d+\.254$/);
    expect(neighbours).not.toContain(`inet ${gateway}/`);
  });
});

describe("check", () => {
  test("all checks hold on a healthy cluster", async () => {
    await expect(check()).resolves.toEqual({ exitCode: 0, failed: [] });
  });

  test("a node whose VXLAN packets are dropped is found by the pods' traffic, and by nothing else", async () => {
    const rule = ["INPUT", "-p", "udp", "--dport", "8472", "-j", "DROP"];
    await lab.node("n2", "iptables", "-I", ...rule);
    try {
      const { exitCode, failed } = await check();
      expect(exitCode).toBe(1);
      expect(failed).toContain("ping-across-nodes");
      expect(failed).not.toContain("nodes-ready");
      expect(failed).not.toContain("pod-subnets");
    } finally {
      await lab.node("n2", "iptables", "-D", ...rule);
    }
  });
});

describe("the lab's page", () => {
  const page = readFileSync(path.resolve(__dirname, "../../labs/flannel/README.md"), "utf8");
  const commands = commandsOf(page).filter(({ command }) => !command.startsWith("./lab down"));

  test.each(commands)("$command ends with $exitCode", async ({ command, exitCode }) => {
    expect(await lab.page(command)).toBe(exitCode);
  });
});

describe("nodes", () => {
  test("one node less leaves the cluster, one more joins it", async () => {
    expect((await lab.run("up", lab.stack, "--set", "nodes=2")).exitCode).toBe(0);
    expect((await lab.get("nodes")).items).toHaveLength(2);
    expect((await lab.run("up", lab.stack, "--set", "nodes=3")).exitCode).toBe(0);
    expect((await lab.get("nodes")).items).toHaveLength(3);
  });
});

describe("down", () => {
  test("leaves nothing, also when a node died before", async () => {
    await execa("podman", ["kill", `cni-lab-${lab.stack}-n1`]);
    const down = await lab.run("down", lab.stack);
    expect(down.exitCode).toBe(0);
    await expect(engineHolds(lab.stack)).resolves.toEqual([]);
    expect((await lab.run("down", lab.stack)).exitCode).toBe(0);
  });
});
