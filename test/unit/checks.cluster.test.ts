import { describe, expect, it } from "vitest";
import type { ClusterAccess } from "../../checks/engine/access";
import { systemClock } from "../../checks/engine/clock";
import { Snapshots } from "../../checks/engine/snapshot";
import { factsOf, subjectsOf } from "../../checks/engine/subjects";
import { collectVersions } from "../../checks/engine/versions";
import type { Ran } from "../../lib/ran";

const nodes = [1, 2].map((n) => ({ name: `n${n}`, container: `cni-lab-x-n${n}`, address: `172.28.1.${10 + n}` }));
const never = new AbortController().signal;

/** A cluster whose kubectl answers by what it is asked for. */
function answering(answer: (command: string) => Partial<Ran>): ClusterAccess & { asked: string[] } {
  const asked: string[] = [];
  return {
    nodes,
    asked,
    async kubectl(args) {
      asked.push(args.join(" "));
      return { argv: ["kubectl", ...args], exitCode: 0, stdout: "", stderr: "", ms: 1, ...answer(args.join(" ")) };
    },
    pod: () => Promise.reject(new Error("no pod is asked")),
    node: () => Promise.reject(new Error("no node is asked")),
  };
}

function pod(
  name: string,
  node: string,
  ip: string,
  changes: { phase?: string; deleted?: boolean; app?: string } = {},
) {
  return {
    kind: "Pod",
    metadata: {
      namespace: "cni-lab",
      name,
      labels: { "app.kubernetes.io/name": changes.app ?? "probe" },
      ...(changes.deleted === true ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}),
    },
    spec: { nodeName: node },
    status: { phase: changes.phase ?? "Running", podIP: ip },
  };
}

const snapshotOf = (stdout: string, exitCode = 0, stderr = "") =>
  new Snapshots(
    answering(() => ({ stdout, exitCode, stderr })),
    systemClock,
    never,
    {},
  ).take();

describe("a snapshot", () => {
  it("has the probe pods that run, and only them", async () => {
    const items = [
      pod("probe-b", "n2", "10.244.1.5"),
      pod("probe-a", "n1", "10.244.0.5"),
      pod("probe-old", "n1", "10.244.0.4", { deleted: true }),
      pod("probe-new", "n2", "10.244.1.6", { phase: "Pending" }),
      pod("other", "n1", "10.244.0.9", { app: "confluence" }),
      pod("probe-x", "n1", "1.2.3.4; rm -rf /"),
    ];
    const snapshot = await snapshotOf(JSON.stringify({ items }));
    expect(snapshot.pods).toEqual([
      { name: "probe-a", node: "n1", ip: "10.244.0.5" },
      { name: "probe-b", node: "n2", ip: "10.244.1.5" },
    ]);
    expect(snapshot.trouble).toContain("probe-old on n1 Terminating");
    expect(snapshot.trouble).toContain("probe-new on n2 Pending");
    expect(Object.keys(snapshot.facts)).not.toContain("service.ip");
  });

  it("says why nothing is known of a cluster that does not answer", async () => {
    const down = await snapshotOf("", 1, "The connection to the server 172.28.1.11:6443 was refused");
    expect(down.trouble).toBe(
      "kubectl get pods,services,statefulsets ended with 1: The connection to the server 172.28.1.11:6443 was refused",
    );
    const cut = await snapshotOf('{"items": [');
    expect(cut.trouble).toBe('kubectl get pods,services,statefulsets printed no list: {"items": [');
    expect(down.facts["nodes.names"]).toBe("n1,n2");
  });

  it("is taken once a second at most", async () => {
    let now = 0;
    const access = answering(() => ({ stdout: '{"items":[]}' }));
    const snapshots = new Snapshots(access, { now: () => now, sleep: async () => {} }, never, {});
    await Promise.all([snapshots.take(), snapshots.take()]);
    now = 999;
    await snapshots.take();
    expect(access.asked).toHaveLength(1);
    now = 1000;
    await snapshots.take();
    expect(access.asked).toHaveLength(2);
  });
});

describe("subjects", () => {
  const all = { nodes, replicas: ["confluence-0", "confluence-1"] };
  const labels = (kind: Parameters<typeof subjectsOf>[0]) => subjectsOf(kind, all).map((one) => [one.label, one.key]);

  it("are everyone whom a kind means", () => {
    expect(labels("once")).toEqual([["cluster", "cluster"]]);
    expect(labels("node").map(([label]) => label)).toEqual(["n1", "n2"]);
    expect(labels("node-pair")).toEqual([
      ["n1 -> n2", "n1-to-n2"],
      ["n2 -> n1", "n2-to-n1"],
    ]);
    expect(labels("same-node-pair")[0]).toEqual(["n1, pod to pod", "n1-pod-to-pod"]);
    expect(labels("replica").map(([label]) => label)).toEqual(["confluence-0", "confluence-1"]);
    expect(labels("replica-pair")).toEqual([
      ["confluence-0 -> confluence-1", "confluence-0-to-confluence-1"],
      ["confluence-1 -> confluence-0", "confluence-1-to-confluence-0"],
    ]);
  });

  it("know two pods of a node apart, and lack the second where there is one", async () => {
    const items = [
      pod("probe-a", "n1", "10.244.0.5"),
      pod("probe-b", "n1", "10.244.0.6"),
      pod("probe-c", "n2", "10.244.1.5"),
    ];
    const snapshot = await snapshotOf(JSON.stringify({ items }));
    const facts = subjectsOf("same-node-pair", all).map((subject) => factsOf(subject, snapshot));
    expect(facts.map((one) => [one["from.ip"], one["to.ip"], one["to.node"]])).toEqual([
      ["10.244.0.5", "10.244.0.6", "n1"],
      ["10.244.1.5", undefined, "n2"],
    ]);
  });
});

describe("versions", () => {
  it("are what the cluster says", async () => {
    const nodeInfo = {
      kubeletVersion: "v1.34.4",
      containerRuntimeVersion: "containerd://1.6.20",
      kernelVersion: "6.1",
      osImage: "Debian",
    };
    const access = answering((command) => {
      if (command.startsWith("version")) {
        return { stdout: '{"clientVersion":{"gitVersion":"v1.34.4"},"serverVersion":{"gitVersion":"v1.34.5"}}' };
      }
      const items = [{ metadata: { name: "n1" }, status: { nodeInfo } }];
      const pod = (...images: string[]) => ({
        metadata: { name: "p" },
        spec: { containers: images.map((image) => ({ image })) },
      });
      const pods = { items: [pod("b:1"), {}, pod("a:2", "b:1")] };
      return { stdout: JSON.stringify(command.includes("nodes") ? { items } : pods) };
    });
    expect(await collectVersions(access, never)).toEqual({
      kubectl: "v1.34.4",
      kubernetes: "v1.34.5",
      nodes: [{ name: "n1", kubelet: "v1.34.4", runtime: "containerd://1.6.20", kernel: "6.1", os: "Debian" }],
      images: ["a:2", "b:1"],
    });
  });

  it("are left out where the cluster does not say", async () => {
    for (const answer of [{ exitCode: 1 }, { stdout: "{" }, { stdout: "{}" }]) {
      const versions = await collectVersions(
        answering(() => answer),
        never,
      );
      expect(versions.kubernetes).toBeUndefined();
      expect(versions.nodes).toEqual([]);
    }
  });
});

describe("the machine's clock", () => {
  it("stops waiting with the reason of an abort", async () => {
    const stop = new AbortController();
    const waited = systemClock.sleep(60_000, stop.signal);
    stop.abort(new Error("interrupted"));
    await expect(waited).rejects.toThrow("interrupted");
    await expect(systemClock.sleep(1, stop.signal)).rejects.toThrow("interrupted");
    await systemClock.sleep(1, never);
  });
});
