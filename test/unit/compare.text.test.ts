import { describe, expect, test } from "vitest";
import { besideLines } from "../../lib/terminal/beside";
import { compareRuns } from "../../report/compare/compare-runs";
import { comparisonText } from "../../report/compare/text";
import { evidenceOfBoth, flannelRun, storedRun, weaveRun } from "./compare.fixture";
import { flannelVerdict } from "./page.fixture";

const [a, b] = [flannelRun(), weaveRun()];
const textAt = (columns: number) => comparisonText(compareRuns(a, b), evidenceOfBoth(a, b), columns);

test("the runs come first, with how they ended and on what", () => {
  expect(textAt(140).split("\n").slice(0, 18)).toEqual([
    "A  flannel@2026-11-25T18-31-02-000Z",
    "   flannel is healthy, 6 of 7 checks hold; CNI flannel",
    "B  weave@2026-11-25T19-00-00-000Z",
    "   weave is not healthy, 5 of 6 checks hold; CNI weave",
    "",
    "Values that differ:",
    "                A        B",
    "cni             flannel  weave",
    "flannelBackend  vxlan    -",
    "weaveMtu        -        1376",
    "",
    "Versions that differ:",
    "                                 A        B",
    "Kubernetes                       v1.34.4  v1.35.0",
    "docker.io/flannel/flannel        v0.26.7  -",
    "docker.io/weaveworks/weave-kube  -        2.6.5",
    "registry.k8s.io/coredns/coredns  v1.12.1  -",
    "",
  ]);
});

test("the table has both results of every check, and of counterparts both names", () => {
  const lines = textAt(140).split("\n");
  const from = lines.indexOf("Checks: 2 differ, 1 counterpart, 1 only in A, 3 same");
  expect(lines.slice(from + 1, from + 10)).toEqual([
    "             A    B       check                    what",
    "differs      ok   FAILED  nodes-ready              Every node is Ready",
    "differs      n/a  ok      weave-pods               Pods have addresses of Weave's range, each its own",
    "counterpart  ok   ok      multicast-stays-on-node  multicast between nodes",
    "                          multicast-across-nodes",
    "only in A    ok   -       pod-subnets              pod-subnets holds for n1; 2 more",
    "same         ok   ok      ping-across-nodes",
    "same         ok   ok      udp-across-nodes",
    "same         ok   ok      multicast-same-node",
  ]);
});

test("of what differs, both sides are told beside each other: words, values, and what was printed", () => {
  const lines = textAt(140).split("\n");
  const from = lines.indexOf("nodes-ready: Every node is Ready");
  expect(lines.slice(from + 1, from + 8).map((line) => line.split(" | ").map((side) => side.trimEnd()))).toEqual([
    ["A", "B"],
    ["ok", "FAILED"],
    ["n2: ok, nodes-ready holds for n2", "n2: FAILED, nodes-ready does not hold for n2"],
    ["  read: ready=True", '  seen: received is "0", must be 3'],
    ["", "  cause: the kubelet is stopped"],
    ["", "  read: ready=False"],
    ["-- ping, pod probe-x4k2p on n1: exit code 0", "-- ping, pod probe-x4k2p on n1: exit code 1"],
  ]);
  expect(lines).toContain("evidence of B: /state/evidence/weave/2026-11-25T19-00-00-000Z/checks/nodes-ready/n2.txt");
});

test("counterparts are told with all their subjects, and of the first what was printed", () => {
  const text = textAt(140);
  expect(text).toContain("multicast between nodes: multicast-stays-on-node in A, multicast-across-nodes in B\n");
  expect(text).toMatch(/^ {2}read: heard=0 +\| {3}read: heard=8$/m);
  expect(text).toContain("Printed for n1 -> n2; for the others see the page.");
});

test.each([60, 80, 99, 100, 140, 200])("at %d columns no line of the table or the sides is wider", (columns) => {
  const wide = textAt(columns)
    .split("\n")
    .filter((line) => line.length > columns && !line.startsWith("evidence of "));
  // A column of text has a least width; names stand as they are.
  expect(wide.filter((line) => columns >= 80 || / \| |^[AB] \|/.test(line))).toEqual([]);
});

test("on a narrow terminal the one side stands above the other", () => {
  const lines = textAt(80).split("\n");
  const [seenA, seenB] = ["A | n2: ok, nodes-ready holds for n2", "B | n2: FAILED, nodes-ready does not hold for n2"];
  expect(lines.indexOf(seenA)).toBeGreaterThan(0);
  expect(lines.indexOf(seenB)).toBeGreaterThan(lines.indexOf(seenA));
});

describe("what is not there", () => {
  test("values that a run did not keep are said to be unknown, by the run's name", () => {
    const old = storedRun(flannelVerdict(), "2026-11-25T10-00-00-000Z");
    expect(comparisonText(compareRuns(old, b), evidenceOfBoth(old, b), 140)).toContain(
      "Values: not known, as flannel@2026-11-25T10-00-00-000Z did not keep them; a new run does",
    );
  });

  test("evidence that is gone or can't be read is said so, and the rest stands", () => {
    const trouble = new Map([["checks/nodes-ready/n2.txt", { trouble: "it is gone" }]]);
    const text = comparisonText(compareRuns(a, b), { a: new Map(), b: trouble }, 140);
    expect(text).toMatch(/^the evidence was not kept +\| the evidence can't be read: it is gone$/m);
    expect(text).toContain("n2: FAILED, nodes-ready does not hold for n2");
  });

  test("a run compares with itself as the same", () => {
    const text = comparisonText(compareRuns(a, a), evidenceOfBoth(a, a), 140);
    expect(text).toContain("Values that differ: none\n\nVersions that differ: none\n\nChecks: 7 same\n");
    expect(text).not.toContain(" | ");
  });
});

describe("two texts beside each other", () => {
  test("are wrapped in their columns, and nothing is lost", () => {
    const long = "word ".repeat(60).trim();
    const lines = besideLines([{ a: [long], b: ["x".repeat(130)] }], 100);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(
      lines
        .map((line) => line.split(" | ")[0])
        .join(" ")
        .match(/word/g),
    ).toHaveLength(60);
    expect(
      lines
        .map((line) => line.split(" | ")[1] ?? "")
        .join("")
        .match(/x/g),
    ).toHaveLength(130);
  });

  test("can't move the cursor", () => {
    const lines = besideLines([{ a: ["\u001b[2Jgone\rback\u0007\tend"], b: ["\u001b]0;title\u0007ok"] }], 80);
    expect(lines).toEqual(["A | gone\u{FFFD}back\u{FFFD}    end", "B | ok"]);
  });
});
