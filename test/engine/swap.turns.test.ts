import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { handoverDelete } from "../../components/cni/swap/handover-script";

/** Two nodes with one replica each of one owner; the cluster is a stand-in, whose replicas are Ready after it was asked some more. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "cni-lab-turns-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const pod = (name: string, node: string, owner: string, kind: string, podIP: string, hostNetwork = false) => ({
  kind: "Pod",
  metadata: { namespace: "a", name, uid: name, ownerReferences: [{ kind, uid: owner, controller: true }] },
  spec: { nodeName: node, hostNetwork },
  status: { phase: "Running", podIP, conditions: [{ type: "Ready", status: "True" }] },
  readyAt: 0,
});

const cluster = {
  items: [
    { kind: "ConfigMap", metadata: { namespace: "kube-system", name: "cni-lab-cni" }, data: { cni: "weave" } },
    {
      kind: "DaemonSet",
      metadata: {
        uid: "weave",
        labels: { "cni-lab/cni": "weave" },
        annotations: { "cni-lab/network": "10.32.0.0/12", "cni-lab/conflist": "10-weave.conflist" },
      },
    },
    ...["n2", "n3"].map((node) => pod(`weave-${node}`, node, "weave", "DaemonSet", "172.28.1.1", true)),
    pod("web-1", "n2", "web", "ReplicaSet", "10.244.1.5"),
    pod("web-2", "n3", "web", "ReplicaSet", "10.244.2.5"),
  ],
};

/** kubectl, under a lock: what it deletes is replaced at once, and Ready after some calls. */
const fake = (state: string, log: string) => `
const { appendFileSync, readFileSync, writeFileSync } = require("node:fs");
const words = process.argv.slice(7);
const line = words.join(" ");
const all = JSON.parse(readFileSync(${JSON.stringify(state)}, "utf8"));
all.calls += 1;
for (const { kind, readyAt, status } of all.items) {
  if (kind === "Pod") status.conditions[0].status = all.calls >= readyAt ? "True" : "False";
}
const isLease = (name) => (each) => each.kind === "Lease" && each.metadata.name === name;
const input = () => JSON.parse(readFileSync(0, "utf8"));
const say = (value) => process.stdout.write(JSON.stringify(value));
const refuse = (why) => { process.stderr.write(why); process.exitCode = 1; };
if (line.startsWith("get configmaps,")) say(all);
else if (line.startsWith("get pods")) say({ items: all.items.filter(({ kind }) => kind === "Pod") });
else if (line.startsWith("get node")) say({ metadata: {}, spec: {} });
else if (line.startsWith("get lease")) { const lease = all.items.find(isLease(words[4])); if (lease) say(lease); }
else if (line.startsWith("create --raw ")) move(words[2].split("/").at(-2));
else if (line.startsWith("create ")) {
  const lease = input();
  if (all.items.some(isLease(lease.metadata.name))) refuse("AlreadyExists");
  else all.items.push({ ...lease, metadata: { ...lease.metadata, resourceVersion: String(Date.now()) } });
} else if (line.startsWith("replace ")) {
  const lease = input();
  const at = all.items.findIndex(isLease(lease.metadata.name));
  if (all.items[at]?.metadata.resourceVersion !== lease.metadata.resourceVersion) refuse("Conflict");
  else all.items[at] = lease;
} else if (line.startsWith("delete lease")) all.items = all.items.filter((each) => !isLease(words[4])(each));
writeFileSync(${JSON.stringify(state)}, JSON.stringify(all));
function move(name) {
  const gone = all.items.find(({ metadata }) => metadata.name === name);
  const ready = all.items.filter(({ kind, metadata, status }) =>
    kind === "Pod" && metadata.ownerReferences[0].uid === "web" && status.conditions[0].status === "True").length;
  appendFileSync(${JSON.stringify(log)}, name + " " + ready + "\\n");
  Object.assign(gone.metadata, { name: name + "-new", uid: name + "-new" });
  gone.status.podIP = "10.40.0.9";
  gone.readyAt = all.calls + 12;
}
`;

/** Moves nodes at the same time; gives how many replicas were Ready when each was deleted, and what was said. */
async function move(nodes: readonly string[], script: string, more: readonly object[] = []) {
  const [state, log] = [path.join(folder, "state"), path.join(folder, "log")];
  writeFileSync(state, JSON.stringify({ calls: 0, items: [...cluster.items, ...more] }));
  writeFileSync(log, "");
  writeFileSync(path.join(folder, "fake.js"), fake(state, log));
  writeFileSync(
    path.join(folder, "kubectl"),
    `#!/bin/sh\nexec flock ${state}.lock node ${folder}/fake.js kubectl "$@"\n`,
  );
  writeFileSync(path.join(folder, "script"), script);
  chmodSync(path.join(folder, "kubectl"), 0o755);
  const moving = (node: string) => `
for at in /run /etc/cni; do mkdir -p $at; mount -t tmpfs none $at; done
mkdir /etc/cni/net.d
for name in flannel weave; do echo "{\\"name\\":\\"$name\\"}" >/etc/cni/net.d/10-$name.conflist; done
echo kubeconfig | sh -euc "$(cat ${folder}/script)" sh ${node} flannel`;
  const env = { PATH: `${folder}:${process.env.PATH}` };
  const ran = await Promise.all(
    nodes.map((node) => execa("unshare", ["--mount", "sh", "-euc", moving(node)], { env, reject: false })),
  );
  expect(ran.map(({ exitCode, stderr }) => (exitCode === 0 ? "" : stderr))).toEqual(nodes.map(() => ""));
  return {
    ready: readFileSync(log, "utf8")
      .trim()
      .split("\n")
      .map((line) => line.split(" ")[1]),
    said: ran.map(({ stderr }) => stderr).join("\n"),
    leases: JSON.parse(readFileSync(state, "utf8")).items.filter(({ kind }: { kind: string }) => kind === "Lease"),
  };
}

// Only a script that fails comes to their end: a busy machine takes seconds for a few calls.
const deadlines = { pod: 90, successor: 30 };

test("nodes that are moved side by side take turns at the pods of one owner: never two replicas are away", async () => {
  const { ready, said, leases } = await move(["n2", "n3"], handoverDelete(deadlines, 2));
  expect(ready).toEqual(["2", "2"]);
  expect(said).toMatch(/n[23]: waits for n[23], which moves a pod of the owner of a\/web-[12]/);
  expect(said).toMatch(/all pods are on weave; nodes with pods to move: 0/);
  expect(leases).toEqual([]);
});

test("without turns both are away at once", async () => {
  expect((await move(["n2", "n3"], handoverDelete(deadlines))).ready).toEqual(["2", "1"]);
});

test("a turn that a killed script has left behind is taken over", async () => {
  const left = {
    kind: "Lease",
    metadata: { name: "cni-lab-move-web", namespace: "kube-system", resourceVersion: "1" },
    spec: { holderIdentity: "n9" },
  };
  const { ready, leases } = await move(["n2"], handoverDelete({ ...deadlines, turn: 3 }, 9), [left]);
  expect(ready).toEqual(["2"]);
  expect(leases).toEqual([]);
});
