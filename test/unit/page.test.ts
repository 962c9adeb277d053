import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { ClusterAccess } from "../../checks/engine/access";
import { page } from "../../report/page/page";
import { writePage } from "../../report/page/write";
import { checkOf, evidenceDir, labOf } from "./checks.fake";
import {
  checkOn,
  evidenceOf,
  flannelTopology,
  flannelVerdict,
  multihomedTopology,
  outage,
  pageModel,
  textOf,
} from "./page.fixture";

const lossy = flannelVerdict((from, to) => (from === "n2" || to === "n2" ? ["flannel.1 is down on n2"] : undefined));

test("a healthy run says so, and what it was reached on", () => {
  const text = textOf(page(pageModel(flannelTopology(), flannelVerdict())));
  for (const part of [
    "✓ flannel is healthy",
    "6 of 7 checks hold, 1 not applicable, in 35 s.",
    "cni=flannel",
    "multicast ends here",
    "● 3 of 3 0.172 ms",
    "○ 0 of 8 as expected",
    "Kubernetes v1.34.4, kubectl v1.34.4.",
    "registry.k8s.io/coredns/coredns:v1.12.1",
    "1 command of n1 -&gt; n2",
  ]) {
    expect(text).toContain(part);
  }
  expect(text).not.toContain("What is not as expected");
  expect(text).not.toContain("The swap");
});

test("what fails stands at the top, with its cause, and its check is open", () => {
  const html = page(pageModel(flannelTopology(), lossy));
  expect(textOf(html)).toContain(
    "Pods of different nodes reach each other (unicast) : ping-across-nodes does not hold for n1 -&gt; n2, and 3 more like it. flannel.1 is down on n2",
  );
  expect(html).toContain('href="#check-ping-across-nodes"');
  expect(html).toContain('id="check-ping-across-nodes"');
  const open = [...html.matchAll(/<details class="check" open>.*?<div id="check-([\w-]+)">/gs)].map(([, id]) => id);
  expect(open).toEqual(["ping-across-nodes", "udp-across-nodes", "multicast-stays-on-node"]);
});

test("a bug that shows as expected is told by the checks that show it", () => {
  const shows = checkOn("hangs", "The pod hangs", [["n1", "passed"]]);
  const verdict = { ...flannelVerdict(), expect: "symptom" as const, lab: "dhcp-x", checks: [shows] };
  const model = pageModel(multihomedTopology([false, true, true]), verdict);
  const html = page({ ...model, run: { ...model.run, bug: "no daemon", symptom: "it hangs", shownBy: ["hangs"] } });
  expect(textOf(html)).toContain("! dhcp-x shows its bug, as expected");
  expect(textOf(html)).toContain("How the bug shows The pod hangs n1 : hangs holds for n1");
  expect(html).toContain('<header class="shown">');
});

test("a swap has its timeline, with the pairs that were cut off", () => {
  const html = page(pageModel(flannelTopology(), flannelVerdict(), { outage: outage() }));
  expect(textOf(html)).toContain("The swap from flannel to weave, replace");
  expect([...html.matchAll(/class="cut"/g)]).toHaveLength(10);
  expect([...html.matchAll(/class="lost"/g)]).toHaveLength(2);
});

test("a time in which a node was not seen stands in each of its lines", () => {
  const unseen = [{ from: "n2", fromMs: 9_000, toMs: 12_500 }];
  const html = page(pageModel(flannelTopology(), flannelVerdict(), { outage: { ...outage(), unseen } }));
  expect([...html.matchAll(/<rect class="unseen"/g)]).toHaveLength(4);
  expect(textOf(html)).toContain("not seen: n2 for 3.5 s");
});

test("what an output holds can't become part of the page", () => {
  const evil = `</pre><script>alert(1)</script><img src="http://example.com/x" onerror='x'>`;
  const verdict = flannelVerdict();
  const evidence = new Map(
    [...evidenceOf(verdict)].map(([key, record]) => {
      const last = record.last.map((step) => ({
        ...step,
        ran: step.ran && { ...step.ran, stdout: evil, argv: [evil] },
      }));
      return [key, { ...record, last }];
    }),
  );
  const checks = verdict.checks.map((check) => ({ ...check, title: evil, id: evil, says: evil }));
  const model = pageModel(flannelTopology(), { ...verdict, checks, lab: evil }, { evidence });
  const html = page({ ...model, run: { ...model.run, stack: evil, title: evil, values: { [evil]: evil } } });
  expect(html).toContain("&lt;script&gt;");
  expect(html).not.toMatch(/<script|<img|<iframe|<link|\sonerror='|@import|url\(/i);
});

test("a page asks for nothing, and its policy forbids what it does not need", () => {
  const html = page(pageModel(flannelTopology(), lossy, { outage: outage() }));
  expect(html).toMatch(
    /content="default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none'"/,
  );
  expect([...html.matchAll(/(?:src|href)="([^#][^"]*)"/g)]).toEqual([]);
  expect(html).not.toMatch(/ style="|<script/);
});

test("an output without end is cut in its middle", () => {
  const verdict = flannelVerdict();
  const evidence = new Map(
    [...evidenceOf(verdict)].map(([key, record]) => {
      const stdout = `first${"x".repeat(100_000)}last`;
      return [
        key,
        { ...record, last: record.last.map((step) => ({ ...step, ran: step.ran && { ...step.ran, stdout } })) },
      ];
    }),
  );
  const html = page(pageModel(flannelTopology(), verdict, { evidence }));
  expect(html).toContain("letters more, in the evidence folder");
  expect(html).toContain("xlast");
  expect(html.length).toBeLessThan(1_000_000);
});

test("what is not there is said, and the rest of the page stands", () => {
  const html = page(
    pageModel({ ...flannelTopology(), trouble: ["node n2 did not answer"] }, flannelVerdict(), {
      evidence: new Map([["checks/nodes-ready/n1.txt", { trouble: "it is gone" }]]),
    }),
  );
  expect(textOf(html)).toContain("Not seen: node n2 did not answer.");
  expect(textOf(html)).toContain("The evidence can't be read: it is gone.");
  expect(textOf(page(pageModel(flannelTopology(), flannelVerdict(), { topology: undefined })))).toContain(
    "Nobody looked at it",
  );
});

const silent: ClusterAccess = {
  nodes: [{ name: "n1", container: "c", address: "172.28.1.11" }],
  kubectl: async (argv) => ({ argv, exitCode: 1, stdout: "", stderr: "refused", ms: 1 }),
  pod: async (_, argv) => ({ argv, exitCode: 1, stdout: "", stderr: "refused", ms: 1 }),
  node: async (_, argv) => ({ argv, exitCode: 125, stdout: "", stderr: "no such container", ms: 1 }),
};

test("the page of a cluster that does not answer is written all the same, for its owner only", async () => {
  const folder = evidenceDir();
  onTestFinished(() => rmSync(path.dirname(folder), { recursive: true, force: true }));
  const verdict = { ...lossy, evidence: folder };
  mkdirSync(path.join(folder, "checks/nodes-ready"), { recursive: true });
  writeFileSync(path.join(folder, "checks/nodes-ready/n1.json"), '{"version":1,"last":[');
  const lab = labOf([checkOf()], {
    values: { cni: "flannel" },
    checks: { healthy: [checkOf()], symptom: [checkOf({ id: "hangs" })] },
  });
  const values = { cni: "flannel", weavePassword: "secret-word", nodes: "2", multus: "thin", dhcpLease: "120" };
  await writePage({ access: silent, stack: "test", lab, values, verdict });
  const file = path.join(folder, "report.html");
  const text = textOf(readFileSync(file, "utf8"));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(text).toContain("node n1 did not answer (exit code 125): no such container");
  expect(text).toContain("cni=flannel nodes=2 multus=thin");
  expect(text).toContain(
    "Stack test, not the lab&#39;s own: nodes=2 (lab: 3), multus=thin (lab: thick), weavePassword=[secret]",
  );
  expect(text).not.toContain("secret-word");
  expect(text).not.toContain("dhcpLease");
  expect(text).toContain("The evidence can't be read: checks/nodes-ready/n1.json:");
  expect(readdirSync(folder).sort()).toEqual(["checks", "report.html", "topology.json"]);
});
