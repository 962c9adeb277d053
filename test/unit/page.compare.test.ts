import { expect, test } from "vitest";
import { compareRuns } from "../../report/compare/compare-runs";
import type { StoredRun } from "../../report/compare/stored-run";
import { comparePage } from "../../report/page/comparison/page";
import { evidenceOfBoth, flannelRun, storedRun, weaveRun } from "./compare.fixture";
import { flannelVerdict, textOf } from "./page.fixture";

const [a, b] = [flannelRun(), weaveRun()];
const html = comparePage(compareRuns(a, b), evidenceOfBoth(a, b), { a: "../x/report.html" });

test("both runs stand at the top, with what was set otherwise", () => {
  for (const part of [
    "flannel and weave",
    "Checks: 2 differ, 1 counterpart, 1 only in A, 3 same.",
    "A : flannel@2026-11-25T18-31-02-000Z 25 November 2026, 18:31:02 UTC. flannel is healthy, 6 of 7 checks hold; CNI flannel.",
    "B : weave@2026-11-25T19-00-00-000Z",
    "cni flannel weave flannelBackend vxlan – weaveMtu – 1376",
    "Kubernetes v1.34.4 v1.35.0",
  ]) {
    expect(textOf(html)).toContain(part);
  }
});

test("a run's own page is linked where it has one", () => {
  expect([...html.matchAll(/href="([^#][^"]*)"/g)].map(([, to]) => to)).toEqual(["../x/report.html"]);
});

test("what differs has its evidence side by side; what is the same has none", () => {
  const text = textOf(html);
  expect(text).toContain(
    "n2 A : ✓ holds nodes-ready holds for n2 Read: ready=True B : ✕ does not hold nodes-ready does not hold for n2 Seen: received is &quot;0&quot;, must be 3 Cause: the kubelet is stopped",
  );
  expect(text).toContain("A: ping, pod probe-x4k2p on n1: exit code 0");
  expect(text).toContain("B: ping, pod probe-x4k2p on n1: exit code 1");
  expect([...html.matchAll(/<div id="pair-([\w-]+)">/g)].map(([, id]) => id)).toEqual([
    "nodes-ready",
    "weave-pods",
    "multicast-stays-on-node-multicast-across-nodes",
  ]);
});

test("who reaches whom is shown where it is not the same", () => {
  expect([...html.matchAll(/<caption>([AB]: [^<]*)</g)].map(([, title]) => title)).toEqual([
    "A: Pods: multicast",
    "B: Pods: multicast",
  ]);
  expect(textOf(html)).toContain("The same in both: Pods: unicast and Pods: unicast, UDP.");
});

test("who reaches whom is not told of a run that did not keep it", () => {
  const old = (run: StoredRun): StoredRun => ({
    ...run,
    verdict: { ...run.verdict, checks: run.verdict.checks.map(({ reach, ...check }) => check) },
  });
  const text = textOf(comparePage(compareRuns(old(a), b), evidenceOfBoth(a, b), {}));
  expect(text).toContain(
    `Of ${a.id} it is not known: nothing was sent, or the run is from before it was kept. Only in B: Pods: unicast, Pods: unicast, UDP and Pods: multicast.`,
  );
  expect(text).not.toContain("of 3");
  const both = comparePage(compareRuns(old(a), old(b)), evidenceOfBoth(a, b), {});
  expect(textOf(both)).not.toContain("Who reaches whom");
});

test("what an output or a name holds can't become part of the page, and no script runs", () => {
  const evil = `</pre><script>alert(1)</script><img src="x" onerror='x'>`;
  const verdict = flannelVerdict();
  const checks = verdict.checks.map((check) => ({ ...check, id: evil, title: evil, topic: evil, says: evil }));
  const run = storedRun({ ...verdict, checks, lab: evil, values: { [evil]: evil } }, evil);
  const page = comparePage(compareRuns(run, b), evidenceOfBoth(run, b), { a: evil });
  expect(page).not.toMatch(/<script|<img|<iframe|<link|\sonerror='|@import|url\(/i);
  expect(page).toMatch(
    /content="default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none'"/,
  );
});

test("two runs alike have a page that says so", () => {
  const text = textOf(comparePage(compareRuns(a, a), evidenceOfBoth(a, a), {}));
  for (const part of ["Values: the same.", "Versions: the same.", "No check of both runs ended differently."]) {
    expect(text).toContain(part);
  }
});

test("a run that kept no values is told, and evidence that is gone too", () => {
  const old = storedRun(flannelVerdict(), "2026-11-25T10-00-00-000Z");
  const text = textOf(comparePage(compareRuns(old, b), { a: new Map(), b: new Map() }, {}));
  expect(text).toContain("Values: not known, as flannel@2026-11-25T10-00-00-000Z did not keep them; a new run does.");
  expect(text).toContain("Commands: the evidence was not kept.");
});
