import { existsSync, readFileSync } from "node:fs";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import type { PodTarget } from "../../checks/engine/access";
import type { Verdict } from "../../checks/engine/verdict";
import { probeNames } from "../../components/probe/probe-names";
import { type ApiServer, apiServer } from "../../driver/stack/api-server";
import { stackConfigFile } from "../../driver/stack/paths";
import { commandsOfPage } from "../readme";
import { engineHolds, LabUnderTest, type Ran } from "./lab";
import { seedOfRun } from "./seed";
import { someCells } from "./swap-cells";
import { recover } from "./swap-recovery";
import { swap } from "./swaps";

const lab = new LabUnderTest("flannel");
let up: Ran;

/** Values of this machine's kernel that systemd or a kubelet sets where it can. */
const kernelValues = () =>
  [
    ...["fs/file-max", "fs/protected_fifos", "fs/protected_regular", "fs/protected_symlinks"],
    ...["kernel/panic", "kernel/panic_on_oops", "vm/overcommit_memory"],
  ].map((name) => `${name}=${readFileSync(`/proc/sys/${name}`, "utf8").trim()}`);
let kernelBefore: string[];

beforeAll(async () => {
  kernelBefore = kernelValues();
  up = await lab.run("up", lab.stack);
});

afterAll(async () => {
  await lab.end();
});

describe("up", () => {
  test("ends as expected, with all checks holding", () => {
    expect(up.exitCode).toBe(0);
    expect(up.all).toMatch(/is healthy: (\d+) of \1 checks hold/);
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

  test("the kubelet of a worker misses no folder", async () => {
    const log = await lab.node("n2", "journalctl", "--unit", "kubelet", "--no-pager");
    expect(log).toContain("Starting kubelet");
    expect(log).not.toContain("Unable to read config path");
  });

  test("the kernel of this machine has the values it had, and a node can set only those of its network", async () => {
    expect(kernelValues()).toEqual(kernelBefore);
    const settable = [
      "find",
      "/proc/sys",
      "-path",
      "/proc/sys/net",
      "-prune",
      "-o",
      "-type",
      "f",
      "-writable",
      "-print",
    ];
    expect(await lab.node("n2", ...settable)).toBe("");
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

describe("what this process asks the API server by itself", () => {
  let api: ApiServer;
  let target: PodTarget;
  const { namespace, name, container } = probeNames;
  beforeAll(async () => {
    api = apiServer(await lab.read("kubectl", "-s", lab.stack, "config", "view", "--raw", "-o", "yaml"));
    const { items } = await lab.get("pods", "-n", namespace, "-l", `app.kubernetes.io/name=${name}`);
    target = { namespace, pod: items[0].metadata.name, container };
  });

  test("a command in a pod gives what it prints, and its exit code", async () => {
    const script = 'echo "out $1"; echo err >&2; exit 3';
    expect(await api.exec(target, ["sh", "-c", script, "sh", "a b&c=d"])).toMatchObject({
      exitCode: 3,
      stdout: "out a b&c=d\n",
      stderr: "err\n",
    });
    const many = await api.exec(target, ["seq", "200000"]);
    expect(many).toMatchObject({ exitCode: 0, stderr: "" });
    expect(many?.stdout.endsWith("\n199999\n200000\n")).toBe(true);
  });

  test("one that takes too long is ended, and what it has printed is kept", async () => {
    const ran = await api.exec(target, ["sh", "-c", "echo begun; sleep 20"], { timeoutMs: 2_000 });
    expect(ran).toMatchObject({ exitCode: 124, stdout: "begun\n" });
    const stop = new AbortController();
    const asked = api.exec(target, ["sleep", "20"], { signal: stop.signal });
    setTimeout(() => stop.abort(new Error("enough")), 500);
    await expect(asked).rejects.toThrow("enough");
  });

  test("one that can't be run says why; of a pod that is not there kubectl is to say it", async () => {
    const ran = await api.exec(target, ["no-such-program"]);
    expect(ran?.exitCode).not.toBe(0);
    expect(ran?.stderr).toMatch(/no-such-program/);
    expect(await api.exec({ ...target, pod: "no-such-pod" }, ["true"])).toBeUndefined();
    expect(await apiServer("users: []").exec(target, ["true"])).toBeUndefined();
  });

  test("the objects are those that kubectl lists", async () => {
    const named = (items: readonly unknown[]) => {
      const names = z.object({ kind: z.string(), metadata: z.object({ namespace: z.string(), name: z.string() }) });
      return items.map((item) => Object.values(names.parse(item).metadata).concat(names.parse(item).kind).join(" "));
    };
    const { items } = await lab.get("services,statefulsets", "-A");
    const listed = await api.list(["Service", "StatefulSet"]);
    expect(named(listed ?? []).sort()).toEqual(named(items).sort());
    expect(items.length).toBeGreaterThan(1);
    expect(await apiServer("users: []").list(["Pod"])).toBeUndefined();
  });

  test.each([
    "get nodes -o json",
    "get node n1 -o json",
    "get services,configmaps,daemonsets -A -o json",
    "-n kube-system get pods -l component=etcd --field-selector spec.nodeName=n1 -o json",
    "-n kube-system logs etcd-n1 -c etcd --tail=3",
  ])("`kubectl %s` prints what kubectl prints", async (command) => {
    const ask = async () => [
      (await api.kubectl(command.split(" ")))?.stdout,
      `${await lab.read("kubectl", "-s", lab.stack, ...command.split(" "))}\n`,
    ];
    // A node's heartbeat, or a line of the log, may come between the two.
    await vi.waitFor(async () => {
      const [ours, theirs] = await ask();
      expect(ours).toBe(theirs);
    }, 30_000);
  });

  test("what is not there is left to kubectl", async () => {
    expect(await api.kubectl(["get", "node", "nobody", "-o", "json"])).toBeUndefined();
    expect(await api.kubectl(["-n", target.namespace, "logs", target.pod, "--previous"])).toBeUndefined();
    expect(await apiServer("users: []").kubectl(["get", "nodes", "-o", "json"])).toBeUndefined();
  });
});

describe("check", () => {
  test("a node whose VXLAN packets are dropped is found by the pods' traffic, and by nothing else", async () => {
    const rule = ["INPUT", "-p", "udp", "--dport", "8472", "-j", "DROP"];
    await lab.node("n2", "iptables", "-I", ...rule);
    try {
      const { exitCode, stdout } = await lab.run("check", lab.stack, "--deadline-factor", "0.25", "--json");
      const { checks } = JSON.parse(stdout) as Verdict;
      const failed = checks.filter(({ outcome }) => outcome !== "passed").map(({ id }) => id);
      expect(exitCode).toBe(1);
      expect(failed).toContain("ping-across-nodes");
      expect(failed).not.toContain("nodes-ready");
      expect(failed).not.toContain("pod-subnets");
    } finally {
      await lab.node("n2", "iptables", "-D", ...rule);
    }
  });
});

test("what was changed by hand is named, with the command that puts it back", async () => {
  const theirs = JSON.stringify({ data: { "cni-conf.json": "{}" } });
  const config = ["-n", "kube-flannel", "patch", "configmap", "kube-flannel-cfg", "--type", "merge", "-p", theirs];
  expect((await lab.run("kubectl", "-s", lab.stack, ...config)).exitCode).toBe(0);
  const service = ["-n", "cni-lab", "delete", "service", "probe"];
  expect((await lab.run("kubectl", "-s", lab.stack, ...service)).exitCode).toBe(0);

  const { exitCode, all } = await lab.run("check", lab.stack, "--deadline-factor", "0");
  expect(exitCode).toBe(1);
  expect(all).toMatch(/^ +ConfigMap kube-flannel\/kube-flannel-cfg: data.*cni-conf/m);
  expect(all).toMatch(/^ +Service cni-lab\/probe: deleted$/m);
  const [, command = ""] = /^put it back: (.*)$/m.exec(all) ?? [];
  expect((await lab.page(`${command} --yes --skip-preview --non-interactive`)).exitCode).toBe(0);
  const { data } = await lab.get("-n", "kube-flannel", "configmap", "kube-flannel-cfg");
  expect(data["cni-conf.json"]).toContain("flannel");
});

// It begins with a check, of what was put back too.
describe("the lab's page", () => {
  test.each(commandsOfPage("flannel"))("$command ends with $exitCode", async ({ command, exitCode }) => {
    expect((await lab.page(command)).exitCode).toBe(exitCode);
  });
});

describe("the swap", () => {
  test("a preview says in words what it does to each node, and changes nothing", async () => {
    await lab.run("pulumi", "-s", lab.stack, "config", "set", "cni", "weave");
    const { exitCode, all } = await lab.run("pulumi", "-s", lab.stack, "preview", "--non-interactive");
    await lab.run("pulumi", "-s", lab.stack, "config", "set", "cni", "flannel");
    expect(exitCode).toBe(0);
    for (const node of ["n1", "n2", "n3"]) {
      expect(all).toMatch(
        new RegExp(`${node}: flannel leaves: \\d pods \\(.*cni-lab/probe-.*\\) are recreated on weave`),
      );
    }
    expect(all).toMatch(/removed after that: links cni0, flannel\.1; .*folders? .*\/run\/flannel/);
    const unchanged = await lab.run("pulumi", "-s", lab.stack, "preview", "--expect-no-changes", "--non-interactive");
    expect(unchanged.exitCode).toBe(0);
    expect(unchanged.all).not.toContain("leaves:");
  });

  test("rolling loses no request to the Service, and leaves nothing behind", async () => {
    const { exitCode, report, all } = await swap(lab, ["weave", "rolling"]);
    expect(exitCode).toBe(0);
    expect(all).toMatch(/^ok +multicast-across-nodes n3 -> n1/m);
    expect(all).toMatch(/^ok +node-residue n3/m);
    expect(report.totals.service.sent).toBeGreaterThan(100);
    expect(report.totals.service.lost).toBe(0);
  });

  test.each(commandsOfPage("weave"))("the page of lab weave: $command ends with $exitCode", async (page) => {
    expect((await lab.page(page.command)).exitCode).toBe(page.exitCode);
  });

  test("replace has an outage, which the meter sees, and leaves nothing behind either", async () => {
    const { exitCode, report } = await swap(lab, ["flannel", "replace"]);
    expect(exitCode).toBe(0);
    expect(report.totals.service.lost).toBeGreaterThan(0);
    expect(report.outage?.toMs).toBeGreaterThan(report.outage?.fromMs ?? Number.POSITIVE_INFINITY);
  });
});

describe("with a node less", () => {
  const seed = seedOfRun();

  beforeAll(async () => {
    console.log(`the failures of a swap are those of CNI_LAB_SEED=${seed}`);
    expect((await lab.run("up", lab.stack, "--set", "nodes=2")).exitCode).toBe(0);
  });

  test("it has left the cluster, and that this is not the lab is told", async () => {
    expect((await lab.get("nodes")).items).toHaveLength(2);
    const { all } = await lab.run("status", lab.stack);
    expect(all).toMatch(/^not the lab's own: .*\bnodes=2 \(lab: 3\)/m);
  });

  test.each(someCells(seed))("a swap whose $fault is killed at $moment goes $goes", async (cell) => {
    await recover(lab, cell);
  });
});

describe("with a node more", () => {
  test("it joins, the stack is as the program has it, and the checks hold", async () => {
    expect((await lab.run("up", lab.stack, "--set", "nodes=3")).exitCode).toBe(0);
    expect((await lab.get("nodes")).items).toHaveLength(3);
    const preview = await lab.run("pulumi", "-s", lab.stack, "preview", "--expect-no-changes", "--non-interactive");
    expect(preview.exitCode).toBe(0);
  });
});

describe("down", () => {
  test("leaves nothing, also when a node died before", async () => {
    const secrets = await lab.secrets();
    await execa("podman", ["kill", `cni-lab-${lab.stack}-n1`]);
    const down = await lab.run("down", lab.stack);
    expect(down.exitCode).toBe(0);
    expect(existsSync(stackConfigFile(lab.stack))).toBe(false);
    await expect(engineHolds(lab.stack)).resolves.toEqual([]);
    expect((await lab.run("down", lab.stack)).exitCode).toBe(0);
    expect(lab.filesHolding(secrets)).toEqual([]);
    expect(lab.strays()).toEqual([]);
  });
});
