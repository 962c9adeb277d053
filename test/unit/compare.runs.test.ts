import { describe, expect, test } from "vitest";
import { compareRuns, differences } from "../../report/compare/compare-runs";
import { comparisonJson } from "../../report/compare/json";
import { cniOf } from "../../report/compare/stored-run";
import { flannelRun, storedRun, weaveRun, withChecks } from "./compare.fixture";
import { checkOn, flannelVerdict } from "./page.fixture";

const compared = compareRuns(flannelRun(), weaveRun());
const pairNamed = (id: string) => compared.checks.find(({ a, b }) => a?.id === id || b?.id === id);

test("what differs comes first, then counterparts, then what only one run has, then what is the same", () => {
  expect(compared.checks.map(({ match, a, b }) => [match, a?.id, b?.id])).toEqual([
    ["differs", "nodes-ready", "nodes-ready"],
    ["differs", "weave-pods", "weave-pods"],
    ["counterpart", "multicast-stays-on-node", "multicast-across-nodes"],
    ["only-a", "pod-subnets", undefined],
    ["same", "ping-across-nodes", "ping-across-nodes"],
    ["same", "udp-across-nodes", "udp-across-nodes"],
    ["same", "multicast-same-node", "multicast-same-node"],
  ]);
});

test("a check is compared subject by subject, with what was read", () => {
  expect(pairNamed("nodes-ready")?.subjects.map(({ subject, differs, values }) => [subject, differs, values])).toEqual([
    ["n1", false, []],
    ["n2", true, [{ name: "ready", a: "True", b: "False" }]],
    ["n3", false, []],
  ]);
});

test("counterparts are called by what they are about, and each of their subjects tells", () => {
  const pair = pairNamed("multicast-across-nodes");
  expect(pair?.title).toBe("multicast between nodes");
  expect(pair?.subjects).toHaveLength(6);
  expect(pair?.subjects.every(({ differs }) => differs)).toBe(true);
  expect(pair?.subjects[0]?.values).toEqual([{ name: "heard", a: "0", b: "8" }]);
});

test("a check of the same name is no counterpart of another, and a topic pairs one check only", () => {
  const on = (id: string, topic?: string) => ({ ...checkOn(id, id, [["n1", "passed"]]), topic });
  const run = (checks: ReturnType<typeof on>[]) => storedRun({ ...flannelVerdict(), checks }, "t");
  const { checks } = compareRuns(
    run([on("x", "t"), on("y", "t"), on("z")]),
    run([on("y", "t"), on("v", "t"), on("w", "t"), on("u")]),
  );
  expect(checks.map(({ match, a, b }) => [match, a?.id, b?.id])).toEqual([
    ["counterpart", "x", "v"],
    ["only-a", "z", undefined],
    ["only-b", undefined, "w"],
    ["only-b", undefined, "u"],
    ["same", "y", "y"],
  ]);
});

test("a subject that only one run had is no difference of the check", () => {
  const two = checkOn("nodes-ready", "Every node is Ready", [["n1", "passed"]]);
  const { checks } = compareRuns(flannelRun(), storedRun(withChecks(flannelVerdict(), { "nodes-ready": two }), "t"));
  const pair = checks.find(({ a }) => a?.id === "nodes-ready");
  expect(pair?.match).toBe("same");
  expect(pair?.subjects.map(({ subject, b, differs }) => [subject, b !== undefined, differs])).toEqual([
    ["n1", true, false],
    ["n2", false, false],
    ["n3", false, false],
  ]);
});

test("a check whose controls took its pass back differs, though no subject does", () => {
  const [ready] = flannelVerdict().checks;
  const taken =
    ready === undefined ? undefined : { ...ready, outcome: "inconclusive" as const, says: "proves nothing" };
  const { checks } = compareRuns(flannelRun(), storedRun(withChecks(flannelVerdict(), { "nodes-ready": taken }), "t"));
  expect(checks[0]).toMatchObject({ match: "differs", a: { id: "nodes-ready" }, b: { says: "proves nothing" } });
});

describe("settings", () => {
  test("values and versions that differ are told, with one side where the other has none", () => {
    expect(compared.values).toEqual([
      { name: "cni", a: "flannel", b: "weave" },
      { name: "flannelBackend", a: "vxlan", b: undefined },
      { name: "weaveMtu", a: undefined, b: "1376" },
    ]);
    expect(compared.versions).toEqual([
      { name: "Kubernetes", a: "v1.34.4", b: "v1.35.0" },
      { name: "docker.io/flannel/flannel", a: "v0.26.7", b: undefined },
      { name: "docker.io/weaveworks/weave-kube", a: undefined, b: "2.6.5" },
      { name: "registry.k8s.io/coredns/coredns", a: "v1.12.1", b: undefined },
    ]);
  });

  test("of a run that kept no values none is said to differ", () => {
    expect(compareRuns(storedRun(flannelVerdict(), "t"), weaveRun()).values).toBeUndefined();
  });

  test("a run without values tells its CNI by its images, where they do", () => {
    const images = (...all: string[]) => cniOf({ versions: { nodes: [], images: all } });
    expect(images("ghcr.io/flannel-io/flannel:v0.20.0", "probe:1")).toBe("flannel");
    expect(images("docker.io/weaveworks/weave-kube:2.6.5")).toBe("weave");
    expect(images("probe:1")).toBeUndefined();
    expect(images("ghcr.io/flannel-io/flannel:v0.20.0", "docker.io/weaveworks/weave-kube:2.6.5")).toBeUndefined();
    expect(cniOf({ values: { cni: "none" }, versions: { nodes: [], images: [] } })).toBe("none");
  });

  test("the same is no difference", () => {
    expect(differences({ a: "1", b: undefined }, { a: "1" })).toEqual([]);
  });
});

test("as JSON it has the runs, what differs, and both sides of each subject", () => {
  const json = JSON.parse(comparisonJson(compared));
  expect(json).toMatchObject({
    version: 1,
    a: { id: "flannel@2026-11-25T18-31-02-000Z", stack: "flannel", cni: "flannel", asExpected: true },
    b: { id: "weave@2026-11-25T19-00-00-000Z", cni: "weave", asExpected: false },
  });
  expect(json.checks[0]).toMatchObject({ match: "differs", a: { id: "nodes-ready", outcome: "passed" } });
  expect(json.checks[0].subjects[1]).toMatchObject({ subject: "n2", b: { causes: ["the kubelet is stopped"] } });
  expect(json.checks.find(({ match }: { match: string }) => match === "only-a").b).toBeNull();
});
