import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cleanScript } from "../../components/cni/swap/clean-script";
import { handoverDelete } from "../../components/cni/swap/handover-script";
import { residues } from "../live/only-cni";
import { clusterFacts, nodeFacts } from "../live/swap-facts";

const nothing = { daemonSets: [], pods: [], maps: [] };
const named = (name: string, rest: object = {}) => ({ name, namespace: "kube-system", ...rest });

describe("what the API server tells of a swap", () => {
  const daemonSet = (status: object, rest: object = {}) => ({
    metadata: named("weave-net", { labels: { "cni-lab/cni": "weave" }, generation: 2, ...rest }),
    status: { desiredNumberScheduled: 2, numberReady: 2, updatedNumberScheduled: 2, observedGeneration: 2, ...status },
  });
  const weave = (...args: Parameters<typeof daemonSet>) =>
    clusterFacts({ ...nothing, daemonSets: [daemonSet(...args), { ...daemonSet({}), metadata: named("kube-proxy") }] })
      .daemonSets;

  test.each([
    ["all are ready", {}, {}, { leaving: false, complete: true }],
    ["it is new: nobody has looked at it", { observedGeneration: undefined, desiredNumberScheduled: 0 }, {}, undefined],
    ["one is not ready", { numberReady: 1 }, {}, undefined],
    ["one has the version before", { updatedNumberScheduled: 1 }, {}, undefined],
    ["it leaves", {}, { deletionTimestamp: "2026-01-01T00:00:00Z" }, { leaving: true, complete: true }],
  ])("%s", (_, status, rest, told = { leaving: false, complete: false }) => {
    expect(weave(status, rest)).toEqual({ weave: told });
  });

  test("a pod belongs to the CNI of its address; pods in the node's own network belong to none", () => {
    const pod = (podIP: string | undefined, rest: object = {}, spec: object = {}) => ({
      metadata: named("a", rest),
      spec: { nodeName: "n2", ...spec },
      status: { podIP },
    });
    const pods = [
      pod("10.244.1.2"),
      pod("10.40.0.1", { deletionTimestamp: "2026-01-01T00:00:00Z" }),
      pod(undefined, {}, { nodeName: undefined }),
      pod("172.28.1.12", {}, { hostNetwork: true }),
    ];
    expect(clusterFacts({ ...nothing, pods }).pods).toEqual([
      { node: "n2", cni: "flannel", leaving: false },
      { node: "n2", cni: "weave", leaving: true },
      { node: undefined, cni: undefined, leaving: false },
    ]);
  });

  test("which CNI the cluster is to have", () => {
    const map = { metadata: named("cni-lab-cni"), data: { cni: "weave" } };
    expect(clusterFacts({ ...nothing, maps: [{ metadata: named("other") }, map] }).desired).toBe("weave");
    expect(clusterFacts(nothing).desired).toBeUndefined();
  });
});

describe("what a node tells of a swap", () => {
  let root: string;
  const folder = () => path.join(root, "etc/cni/net.d");
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), "cni-lab-node-"));
    mkdirSync(folder(), { recursive: true });
    mkdirSync(path.join(root, "proc/self"), { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function process(pid: number, ...argv: readonly string[]): void {
    mkdirSync(path.join(root, `proc/${pid}`));
    writeFileSync(path.join(root, `proc/${pid}/cmdline`), argv.map((word) => `${word}\0`).join(""));
  }

  test("whose conflist is there, and which one the runtime uses", () => {
    expect(nodeFacts(root)).toMatchObject({ conflists: [], inForce: undefined });
    for (const file of ["10-flannel.conflist", "10-weave.conflist"]) writeFileSync(path.join(folder(), file), "");
    symlinkSync("10-weave.conflist", path.join(folder(), "05-cni-lab.conflist"));
    expect(nodeFacts(root)).toMatchObject({ conflists: ["flannel", "weave"], inForce: "weave" });
  });

  test("which script of a swap runs there, by its process", () => {
    process(1, "/sbin/init");
    process(7);
    expect(nodeFacts(root)?.scripts).toEqual({ handover: [], clean: [] });
    process(20, "sh", "-euc", handoverDelete({ successor: 60, pod: 180 }), "sh", "n2", "weave");
    expect(nodeFacts(root)?.scripts).toEqual({ handover: ["weave"], clean: [] });
    process(30, "sh", "-euc", cleanScript(residues.flannel), "sh", "n2");
    expect(nodeFacts(root)?.scripts).toEqual({ handover: ["weave"], clean: ["flannel"] });
  });

  test("nothing while it does not run", () => {
    expect(nodeFacts("/proc/0/root")).toBeUndefined();
  });
});
