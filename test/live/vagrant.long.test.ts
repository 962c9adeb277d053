import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runVariable } from "../../cli/test/run";
import { locateMachineImage, locateTestPrograms, locateToolchain } from "../../toolchain";
import { LabUnderTest } from "./lab";
import { QemuMachines } from "./qemu-machines";
import { swapBy } from "./swaps";
import { webObjects } from "./traffic";
import { upstreamFlannel } from "./upstream-flannel";

const folder = mkdtempSync(path.join(process.env[runVariable] ?? tmpdir(), "cni-lab-vagrant-"));
const podCidr = "10.244.0.0/16";
const machines = new QemuMachines(
  {
    ...{ name: "test-vagrant", lan: "10.86.79", nodeImage: locateToolchain().nodeImage },
    ...{ sshFiles: locateTestPrograms().sshdFiles, folder, podCidr },
  },
  locateMachineImage(),
);
const lab = new LabUnderTest("vagrant", machines.home);
const [first, second] = machines.nodes.map(({ name }) => name);
const adopt = ["adopt", lab.stack, "--kubeconfig", machines.kubeconfig, "--ssh", `${machines.user}@%h`];
/** Of each check's deadline: where processors are emulated all takes its time. */
const patient = ["--deadline-factor", "8"];
/** With its own pace the meter alone would take a third of an emulated processor's time, and slow the rest down. */
const gentle = ["--meter-every", "2000", ...patient];
const minutes = 60_000;

/** What each node announces to the tunnels of the others. */
async function announced(): Promise<readonly string[]> {
  const address = ".metadata.annotations.flannel\\.alpha\\.coreos\\.com/public-ip";
  const text = await machines.kubectl(["get", "nodes", "--no-headers", "-o", `custom-columns=:${address}`]);
  return text.split("\n").map((line) => line.trim());
}

/** Adopts the cluster as it is now, with these values. The checks of `./lab up` would have deadlines that are too short. */
async function take(values: Readonly<Record<string, string>> = {}): Promise<void> {
  expect((await lab.run(...adopt)).exitCode).toBe(0);
  for (const [key, value] of Object.entries(values)) await set(key, value);
  expect((await lab.run("pulumi", "-s", lab.stack, "up", "--yes", "--skip-preview")).exitCode).toBe(0);
}

async function set(key: string, value: string): Promise<void> {
  expect((await lab.run("pulumi", "-s", lab.stack, "config", "set", key, value)).exitCode).toBe(0);
}

async function ready(...words: string[]): Promise<void> {
  await machines.kubectl(["rollout", "status", ...words, "--timeout=900s"]);
}

/** The names of the pods that answer at the Service, asked from each machine. */
async function answers(): Promise<readonly string[]> {
  const address = await machines.kubectl(["get", "service", "web", "-o", "jsonpath={.spec.clusterIP}"]);
  const ask = `for i in 1 2 3 4 5 6 7 8; do curl -sf -m 10 http://${address}/; echo; done`;
  const all = await Promise.all(machines.nodes.map((node) => machines.on(node, ask)));
  return [...new Set(all.flatMap((text) => [...text.matchAll(/"pod":"([^"]+)"/g)].map(([, pod = ""]) => pod)))];
}

beforeAll(async () => {
  await machines.make();
  await machines.apply([...upstreamFlannel("kube-flannel", podCidr), ...webObjects]);
  await ready("daemonset", "kube-flannel-ds", "-n", "kube-flannel");
  await ready("daemonset", "web");
  await ready("deployment", "coredns", "-n", "kube-system");
  console.log(`the machines run on ${await machines.accelerator()}`);
}, 40 * minutes);

afterAll(async () => {
  await lab.end();
  await machines.remove();
  rmSync(folder, { recursive: true, force: true });
}, 10 * minutes);

test(
  "upstream's Flannel takes the interface that is the same on every machine, and a check names that",
  async () => {
    for (const node of machines.workers) {
      expect(await machines.on(node, "uname -r")).toMatch(/-cloud-amd64$/);
    }
    for (const node of machines.nodes) {
      expect(await machines.on(node, "ip -brief -4 address show eth0")).toContain("10.0.2.15/24");
    }
    expect(await announced()).toEqual(["10.0.2.15", "10.0.2.15", "10.0.2.15"]);
    await take();
    const asTheLab = ["--lab", "flannel-wrong-interface", "--expect", "symptom"];
    const checked = await lab.run("check", lab.stack, ...asTheLab, ...patient);
    expect(checked.all).toContain(`${first} and ${second} both announce 10.0.2.15`);
    expect(checked.exitCode).toBe(0);
  },
  20 * minutes,
);

test(
  "with the interface named in the DaemonSet it is adopted again, and healthy",
  async () => {
    const patch = [{ op: "add", path: "/spec/template/spec/containers/0/args/-", value: "--iface=eth1" }];
    const daemonSet = ["daemonset", "kube-flannel-ds", "-n", "kube-flannel"];
    await machines.kubectl(["patch", ...daemonSet, "--type=json", "-p", JSON.stringify(patch)]);
    await ready(...daemonSet);
    await expectAnnounced();
    // Each worker has a processor of its own.
    await take({ atOnce: "2" });
    expect((await lab.run("check", lab.stack, ...patient)).exitCode).toBe(0);
  },
  20 * minutes,
);

test(
  "a swap to Weave is refused where the control plane's kernel lacks Open vSwitch and no MTU fits all",
  async () => {
    const refused = await lab.run("swap", lab.stack, "weave", ...gentle);
    expect(refused.exitCode).toBe(2);
    expect(refused.all).toContain(`${first}: no kernel module openvswitch, which the others have`);
    await set("weaveMtu", "1376");
  },
  10 * minutes,
);

test(
  "Weave sends by the kernel's Open vSwitch, and Flannel has left nothing",
  async () => {
    const { exitCode, report } = await swapBy(lab, ["swap", lab.stack, "weave", ...gentle]);
    expect(exitCode).toBe(0);
    expect(report.totals.service.sent).toBeGreaterThan(100);
    await expectFastDatapath();
  },
  40 * minutes,
);

test(
  "each machine comes back from a reboot, and the cluster is healthy",
  async () => {
    await Promise.all(machines.workers.map((node) => machines.reboot(node)));
    await ready("daemonset", "weave-net", "-n", "kube-system");
    await ready("daemonset", "web");
    await ready("deployment", "coredns", "-n", "kube-system");
    expect((await lab.run("check", lab.stack, ...patient)).exitCode).toBe(0);
    await expectFastDatapath();
  },
  30 * minutes,
);

test(
  "back on Flannel, by the same interface, and Weave's datapath is gone from every machine",
  async () => {
    const { exitCode } = await swapBy(lab, ["swap", lab.stack, "flannel", ...gentle]);
    expect(exitCode).toBe(0);
    await expectAnnounced();
    for (const node of machines.nodes) {
      expect(await machines.on(node, "ip -brief link | grep -E '^(datapath|weave|vethwe|vxlan-6784)' || true")).toBe(
        "",
      );
    }
  },
  40 * minutes,
);

test(
  "down leaves the cluster working",
  async () => {
    expect((await lab.run("down", lab.stack)).exitCode).toBe(0);
    expect(await answers()).toHaveLength(3);
  },
  10 * minutes,
);

/** Each node announces its address on the LAN; flanneld does so soon after it is ready. */
async function expectAnnounced(): Promise<void> {
  const wanted = machines.nodes.map(({ address }) => address);
  await expect.poll(announced, { timeout: minutes, interval: 2000 }).toEqual(wanted);
}

/** The workers' routers have each other by the fast datapath: the module carries the packets, and no program does. */
async function expectFastDatapath(): Promise<void> {
  for (const node of machines.workers) {
    const [other] = machines.workers.filter((each) => each !== node);
    const connections = await machines.on(node, "curl -sf http://127.0.0.1:6784/status/connections");
    const line = connections.split("\n").find((each) => each.includes(`${other?.address}:`));
    expect(line).toMatch(/established +fastdp/);
    expect(await machines.on(node, "ip -details link show datapath")).toMatch(/ openvswitch /);
  }
}
