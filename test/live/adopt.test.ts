import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runVariable } from "../../cli/test/run";
import type { OutageReport } from "../../driver/meter/report";
import { images } from "../../lib/versions";
import { locateTestPrograms, locateToolchain } from "../../toolchain";
import { commandsOf } from "../readme";
import { LabUnderTest } from "./lab";
import { Machines } from "./machines";
import { swapBy } from "./swaps";
import { Traffic, webObjects } from "./traffic";
import { type UpstreamForm, upstreamFlannel } from "./upstream-flannel";

const folder = mkdtempSync(path.join(process.env[runVariable] ?? tmpdir(), "cni-lab-machines-"));
const podCidr = "10.244.0.0/16";
const { sshdFiles } = locateTestPrograms();
const machines = new Machines({
  ...{ name: "test-shop", nodeImage: locateToolchain().nodeImage, sshFiles: sshdFiles },
  ...{ folder, podCidr },
});
const lab = new LabUnderTest("shop", machines.home);
const [first, second] = machines.nodes;

/** The commands of README's part, as they stand there, for the cluster under test. */
const readme = readFileSync(path.resolve(__dirname, "../../README.md"), "utf8");
const part = /^## On a cluster of your own\n(.*?)^## /ms.exec(readme)?.[1] ?? "";
const [adopt, up, toWeave, status, toFlannel, down] = commandsOf(part).map(({ command }) =>
  command
    .replace("~/.kube/config", machines.kubeconfig)
    .replace("admin@", `${machines.user}@`)
    .replace(/\bshop\b/, lab.stack)
    .replace("./lab ", "")
    .split(" "),
) as [string[], string[], string[], string[], string[], string[]];

/** A pod that nobody would recreate, and a budget that forbids every move. */
const inTheWay = [
  {
    ...{ apiVersion: "v1", kind: "Pod", metadata: { name: "once", namespace: "default" } },
    spec: { containers: [{ name: "once", image: images.probe }], terminationGracePeriodSeconds: 0 },
  },
  {
    ...{ apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata: { name: "web", namespace: "default" } },
    spec: { selector: { matchLabels: { app: "web" } }, minAvailable: 2 },
  },
];

/** What tells of another CNI, and runs nowhere. */
const otherCni = {
  ...{ apiVersion: "apps/v1", kind: "DaemonSet", metadata: { name: "other", namespace: "default" } },
  spec: {
    selector: { matchLabels: { app: "other" } },
    template: {
      metadata: { labels: { app: "other" } },
      spec: { nodeSelector: { is: "nowhere" }, containers: [{ name: "node", image: "docker.io/calico/node:v3.30.0" }] },
    },
  },
};

/** Every object of the CNI and every pod, with the version of each: what was written to has another one. */
async function versions(): Promise<readonly string[]> {
  const kinds = "namespaces,daemonsets,configmaps,serviceaccounts,clusterroles,clusterrolebindings,pods";
  const { items } = JSON.parse(await machines.kubectl(["get", kinds, "--all-namespaces", "-o", "json"]));
  return items
    .filter(({ kind, metadata }: Listed) => kind === "Pod" || /flannel/.test(`${metadata.namespace} ${metadata.name}`))
    .map(({ kind, metadata }: Listed) => `${kind} ${metadata.namespace}/${metadata.name} ${metadata.resourceVersion}`)
    .sort();
}

interface Listed {
  readonly kind: string;
  readonly metadata: { readonly namespace?: string; readonly name: string; readonly resourceVersion: string };
}

/** What of the lab is in the cluster, by its labels; a CNI that it has brought is not meant. */
async function ofTheLab(): Promise<string> {
  const kinds = "namespaces,configmaps,serviceaccounts,secrets,clusterroles,clusterrolebindings,pods,daemonsets";
  const selector = "app.kubernetes.io/part-of=cni-lab,app.kubernetes.io/instance notin (weave,flannel)";
  return machines.kubectl(["get", kinds, "--all-namespaces", "--selector", selector, "-o", "name"]);
}

async function serviceAddress(): Promise<string> {
  return machines.kubectl(["get", "service", "web", "-o", "jsonpath={.spec.clusterIP}"]);
}

/** Runs a command of the lab while requests go from every node: a witness beside the lab's own meter. */
async function underTraffic<T>(work: () => Promise<T>) {
  const traffic = new Traffic(
    machines.nodes.map(({ container }) => container),
    await serviceAddress(),
  );
  const ran = await work();
  return { ...ran, ...(await traffic.end()) };
}

async function install(form: UpstreamForm): Promise<void> {
  await machines.apply(upstreamFlannel(form, podCidr));
  await machines.kubectl(["rollout", "status", "daemonset", "kube-flannel-ds", "-n", form, "--timeout=120s"]);
}

beforeAll(async () => {
  await machines.make();
  await install("kube-flannel");
  await machines.apply(webObjects);
  await machines.kubectl(["rollout", "status", "daemonset", "web", "--timeout=120s"]);
  await machines.kubectl(["rollout", "status", "deployment", "coredns", "-n", "kube-system", "--timeout=120s"]);
});

afterAll(async () => {
  await lab.end();
  await machines.remove();
  rmSync(folder, { recursive: true, force: true });
});

describe("a cluster of machines, by ssh and sudo", () => {
  test("can't be adopted by a user who may not use sudo, or where a machine is not known: each by its name", async () => {
    await machines.on(second, "mv /etc/sudoers.d/engineer /root/");
    const refused = await lab.run(...adopt);
    expect(refused.exitCode).toBe(2);
    expect(refused.all).toMatch(/test-shop-2.*engineer may not use sudo without a password/);
    expect(refused.all).not.toContain("test-shop-1");
    await machines.on(second, "mv /root/engineer /etc/sudoers.d/");
    const unknown = await lab.run(...adopt.map((word) => word.replace("%h", "%n")));
    expect(unknown.exitCode).toBe(2);
    expect(unknown.all).toMatch(/test-shop-1: host key.*is not in your known_hosts/);
  });

  test("adopt and the first up change nothing, and the cluster is found healthy", async () => {
    const before = await versions();
    const adopted = await lab.run(...adopt);
    expect(adopted.exitCode).toBe(0);
    expect(adopted.all).toContain("Flannel, DaemonSet kube-flannel/kube-flannel-ds, network 10.244.0.0/16, 6 objects.");
    const ran = await underTraffic(() => lab.run(...up));
    expect(ran.exitCode).toBe(0);
    expect(ran.all).toContain(`${lab.stack} is healthy`);
    expect(ran.lost).toEqual([]);
    expect(await versions()).toEqual(before);
  });

  test("a swap is not begun where something stands in its way: all of it is told, and nothing is changed", async () => {
    await machines.on(second, "iptables -I INPUT -p udp --dport 6784 -j DROP");
    await machines.apply(inTheWay);
    await machines.kubectl(["wait", "--for=condition=Ready", "pod/once", "--timeout=60s"]);
    const before = await versions();
    const { exitCode, all } = await lab.run(...toWeave);
    expect(exitCode).toBe(2);
    expect(all).toContain("the swap to Weave is not begun, and nothing was changed: 3 problems");
    expect(all).toMatch(/UDP port 6784: is closed .*: test-shop-1 -> test-shop-2;/);
    expect(all).toMatch(/pods: nothing would recreate these, as they have no owner: default\/once;/);
    expect(all).toMatch(/PodDisruptionBudget default\/web: allows no pod to be moved: 2 are healthy, and 2 must be;/);
    expect(all).not.toContain("requests to the Service lost");
    expect(await versions()).toEqual(before);
    expect((await lab.run(...status)).stdout).toMatch(/: up, CNI flannel, /);
    await machines.on(
      second,
      "iptables -D INPUT -p udp --dport 6784 -j DROP; ! ls /run/cni-lab-preflight* 2>/dev/null",
    );
    await machines.kubectl(["delete", "pdb/web", "pod/once", "--now"]);
  });

  test("a swap loses no request; exactly what was found goes, and the nodes are clean", async () => {
    const { exitCode, all, report, lost, answered } = await underTraffic(() => swapBy(lab, toWeave));
    expect(exitCode).toBe(0);
    expect(noticed(report)).toEqual(nothing);
    expect(report.totals.service.sent).toBeGreaterThan(100);
    expect(all).toContain(`${lab.stack} is healthy`);
    expect(lost).toEqual([]);
    expect(answered).toBeGreaterThan(100);
    expect((await versions()).filter((line) => line.includes("flannel"))).toEqual([]);
    expect(await probes()).toBe("");
    expect((await lab.run(...status)).stdout).toMatch(/: up, CNI weave/);
  });

  test("a connection that is lost on the way stops it in words, and the same command goes on; a lost meter is told", async () => {
    const running = lab.run(...toFlannel);
    await untilMoving();
    await machines.on(second, "pkill -f '^sshd: engineer'");
    const stopped = await running;
    expect(stopped.exitCode).toBe(2);
    expect(stopped.all).toMatch(/engineer@10\.86\.77\.12 can't be reached by ssh: the connection was lost/);
    expect(await probes()).toBe("");
    const again = swapBy(lab, toFlannel);
    await untilUpdating();
    await machines.on(second, "pkill -f '^echo-server prober'");
    const { exitCode, all, report } = await again;
    expect(exitCode).toBe(0);
    expect(all).toContain(`${lab.stack} is healthy`);
    expect(noticed(report)).toEqual({ ...nothing, unseen: [second.name] });
    const found = upstreamFlannel("kube-flannel", podCidr) as Listed[];
    for (const { kind, metadata } of found) {
      const namespace = metadata.namespace === undefined ? [] : ["-n", metadata.namespace];
      await machines.kubectl(["get", kind, metadata.name, ...namespace]);
    }
  });

  test("a machine that has another key gets nothing, and one that is away is named", async () => {
    const key = "/etc/ssh/ssh_host_ed25519_key";
    await machines.on(second, `mv ${key} ${key}.old; ssh-keygen -q -t ed25519 -N '' -f ${key}; systemctl restart sshd`);
    const other = await lab.run("node", "-s", lab.stack, second.name, "true");
    expect(other.exitCode).toBe(255);
    expect(other.all).toMatch(/10\.86\.77\.12 can't be reached by ssh: it has another host key/);
    await machines.on(second, `mv ${key}.old ${key}; systemctl stop sshd`);
    const away = await lab.run("node", "-s", lab.stack, second.name, "true");
    expect(away.all).toMatch(/10\.86\.77\.12 can't be reached by ssh: is it up/);
    await machines.startSsh(second);
    expect((await lab.run("node", "-s", lab.stack, second.name, "true")).exitCode).toBe(0);
  });

  test("down leaves the cluster as it is, with the CNI that it has, and nothing of the lab: also after a swap that failed", async () => {
    const before = await versions();
    await machines.on(second, "ip address add 10.35.1.1/24 dev lo");
    await lab.run("pulumi", "-s", lab.stack, "config", "set", "preflight", "off");
    const failed = await lab.run(...toWeave);
    expect(failed.exitCode).toBe(2);
    expect(failed.all).toMatch(/test-shop-2: weave can't come: its network 10\.32\.0\.0\/12 has addresses/);
    await machines.on(second, "ip address del 10.35.1.1/24 dev lo");
    const ran = await underTraffic(() => lab.run(...down));
    expect(ran.exitCode).toBe(0);
    expect(ran.all).toContain("keeps the CNI that it has, and its pods");
    expect(ran.lost).toEqual([]);
    expect(await versions()).toEqual(before);
    expect(await ofTheLab()).toBe("");
    for (const node of machines.nodes) {
      expect(
        await machines.on(node, "ls /etc/cni/net.d; ls -d /var/lib/cni-lab /run/cni-lab-swap* 2>/dev/null || true"),
      ).toBe("10-flannel.conflist");
    }
  });

  test("a cluster with a CNI that the lab does not know is checked, and nothing else is done to it", async () => {
    await machines.apply([otherCni]);
    const before = await versions();
    const adopted = await lab.run(...adopt);
    expect(adopted.exitCode).toBe(0);
    expect(adopted.all).toContain(
      "The CNI is Calico (DaemonSet default/other): the lab checks its network, and neither",
    );
    const ran = await lab.run(...up);
    expect(ran.exitCode).toBe(0);
    expect(ran.all).toContain(`${lab.stack} is healthy: 7 of 7 checks hold`);
    const swapped = await lab.run(...toWeave);
    expect(swapped.exitCode).toBe(2);
    expect(swapped.all).toMatch(/cni is "weave": must be none where the cluster has Calico/);
    expect((await lab.run(...down)).exitCode).toBe(0);
    expect(await versions()).toEqual(before);
    await machines.kubectl(["delete", "daemonset", "other"]);
  });
});

describe("a cluster with Flannel among the system's pods, by pods", () => {
  test("is adopted, swapped without a lost request, its nodes given an image, and left with the other CNI", async () => {
    await machines.kubectl(["delete", "daemonset", "kube-flannel-ds", "-n", "kube-flannel"]);
    await machines.kubectl(["delete", "namespace", "kube-flannel"]);
    await install("kube-system");
    const adopted = await lab.run(...adopt.slice(0, adopt.indexOf("--ssh")));
    expect(adopted.exitCode).toBe(0);
    expect(adopted.all).toContain("DaemonSet kube-system/kube-flannel-ds, network 10.244.0.0/16, 5 objects.");
    await lab.run("pulumi", "-s", lab.stack, "config", "set", "nodesPerResource", "2");
    // The checks of `./lab up` have been seen by ssh.
    expect((await lab.run("pulumi", "-s", lab.stack, "up", "--yes", "--skip-preview")).exitCode).toBe(0);
    await machines.on(second, `ctr --namespace k8s.io images rm ${images.weave}`);
    const { exitCode, all, report } = await swapBy(lab, [...toWeave, "--carry-images"]);
    expect(exitCode).toBe(0);
    expect(all).toContain(`test-shop-2: is given ${images.weave}`);
    expect(all).not.toContain("test-shop-1: is given");
    expect(all).toContain(`${lab.stack} is healthy`);
    expect(noticed(report)).toEqual(nothing);
    expect((await lab.run(...down)).exitCode).toBe(0);
    expect(await ofTheLab()).toBe("");
    const address = await serviceAddress();
    expect(await machines.on(first, `curl -sf -m 5 http://${address}/`)).toContain('"pod":"web-');
  });
});

/** What pods noticed of a swap by the lab's own meter, and the nodes that it has not seen all the time. */
function noticed({ totals, outage, unseen }: OutageReport) {
  // A busy machine drops a packet now and then, and a probe does not wait for it to be sent again.
  return {
    loses: totals.service.lost * 1_000 > totals.service.sent,
    outage,
    unseen: [...new Set(unseen.map(({ from }) => from))],
  };
}

const nothing = { loses: false, outage: undefined, unseen: [] };

/** The probe's namespace, where it is there. */
async function probes(): Promise<string> {
  return machines.kubectl(["get", "namespace", "cni-lab", "--ignore-not-found", "-o", "name"]);
}

/** Waits until Pulumi is at work, which has a lock then: the meter counts by then. */
async function untilUpdating(): Promise<void> {
  const locks = path.join(lab.stateHome, "cni-lab/pulumi/.pulumi/locks");
  for (let tries = 0; tries < 600; tries += 1) {
    if (existsSync(locks) && readdirSync(locks, { recursive: true }).some((name) => String(name).endsWith(".json"))) {
      return;
    }
    await sleep(200);
  }
  throw new Error("the swap has not begun in 120 s");
}

/** Waits until a swap to Flannel has cordoned the second node, or moves its pods. */
async function untilMoving(): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    const link = await machines.on(second, "readlink /etc/cni/net.d/05-cni-lab.conflist");
    if (link.includes("flannel")) return;
    await sleep(200);
  }
  throw new Error("the swap has not come to the second node in 120 s");
}
