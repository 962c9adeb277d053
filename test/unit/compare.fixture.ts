import type { CheckVerdict, Verdict } from "../../checks/engine/verdict";
import { multicastAcrossNodes } from "../../labs/checks/datagrams";
import type { BothEvidence } from "../../report/compare/evidence";
import type { StoredRun } from "../../report/compare/stored-run";
import { checkOn, evidenceOf, flannelVerdict, shownBy } from "./page.fixture";

const names = ["n1", "n2", "n3"] as const;
const pairs = names.flatMap((from) => names.filter((to) => to !== from).map((to) => `${from} -> ${to}`));
const topic = "multicast between nodes";

/** A run as it was kept. */
export function storedRun(verdict: Verdict, time: string): StoredRun {
  const stack = verdict.stack ?? verdict.lab;
  return { id: `${stack}@${time}`, stack, folder: `/state/evidence/${stack}/${time}`, verdict };
}

/** A verdict with other checks in place of those of the same name; undefined takes one away. */
export function withChecks(verdict: Verdict, changes: Readonly<Record<string, CheckVerdict | undefined>>): Verdict {
  const kept = verdict.checks.flatMap((check) => (check.id in changes ? (changes[check.id] ?? []) : check));
  const added = Object.entries(changes).flatMap(([id, check]) =>
    check === undefined || verdict.checks.some((each) => each.id === id) ? [] : [check],
  );
  return { ...verdict, checks: [...kept, ...added] };
}

/** A healthy run on Flannel: multicast stays on its node. */
export function flannelRun(): StoredRun {
  const verdict = flannelVerdict();
  const checks = verdict.checks.map((check) => (check.id === "multicast-stays-on-node" ? { ...check, topic } : check));
  const values = { cni: "flannel", nodes: "3", flannelBackend: "vxlan" };
  return storedRun({ ...verdict, checks, values, stack: "flannel" }, "2026-11-25T18-31-02-000Z");
}

/** A run on Weave: multicast arrives, and one node is not Ready. */
export function weaveRun(): StoredRun {
  const verdict = withChecks(flannelVerdict(), {
    "pod-subnets": undefined,
    "multicast-stays-on-node": undefined,
    "weave-pods": checkOn("weave-pods", "Pods have addresses of Weave's range", [
      ["n1", "passed"],
      ["n2", "passed"],
    ]),
    "nodes-ready": checkOn("nodes-ready", "Every node is Ready", [
      ["n1", "passed", { ready: "True" }],
      ["n2", "failed", { ready: "False" }, ["the kubelet is stopped"]],
      ["n3", "passed", { ready: "True" }],
    ]),
    "multicast-across-nodes": {
      ...shownBy(
        multicastAcrossNodes,
        pairs.map((pair) => [pair, "passed", { heard: "8" }] as const),
      ),
      topic,
    },
  });
  return storedRun(
    {
      ...verdict,
      lab: "weave",
      stack: "weave",
      asExpected: false,
      values: { cni: "weave", nodes: "3", weaveMtu: "1376" },
      versions: {
        ...verdict.versions,
        kubernetes: "v1.35.0",
        images: ["localhost/cni-lab/probe:1", "docker.io/weaveworks/weave-kube:2.6.5"],
      },
    },
    "2026-11-25T19-00-00-000Z",
  );
}

/** What the two runs printed. */
export function evidenceOfBoth(a: StoredRun, b: StoredRun): BothEvidence {
  return { a: evidenceOf(a.verdict), b: evidenceOf(b.verdict) };
}
