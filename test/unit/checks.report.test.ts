import { describe, expect, it, test } from "vitest";
import { verdictJson } from "../../checks/engine/report/json";
import { junitXml } from "../../checks/engine/report/junit";
import { listChecks } from "../../checks/engine/report/list";
import { eventLines, verdictLine, verdictText } from "../../checks/engine/report/text";
import { isAsExpected, type SubjectVerdict, type Verdict, worst } from "../../checks/engine/verdict";
import { checkOf, labOf } from "./checks.fake";

const passed: SubjectVerdict = {
  subject: "n1",
  outcome: "passed",
  seconds: 0.4,
  tries: 1,
  says: "n1 says yes",
  causes: [],
  values: { word: "yes" },
  evidence: "checks/says-yes/n1.txt",
};
const failed: SubjectVerdict = {
  ...passed,
  subject: "n1 -> n2",
  outcome: "failed",
  seconds: 60,
  tries: 31,
  says: "n1 <does> not & say yes",
  seen: "word is \u0007",
  causes: ["flannel.1 is down on n2"],
  evidence: "checks/says-yes/n1-to-n2.txt",
};
const idle: SubjectVerdict = { ...passed, outcome: "inconclusive", says: "not tried", evidence: undefined };
const verdict: Verdict = {
  version: 1,
  lab: "flannel",
  expect: "healthy",
  asExpected: false,
  startedAt: "2026-01-01T00:00:00.000Z",
  seconds: 61,
  checks: [
    { id: "says-yes", title: "Every node says yes", outcome: "failed", seconds: 60, subjects: [passed, failed] },
    { id: "quiet", title: "Nobody answers", outcome: "inconclusive", seconds: 0, says: "not tried", subjects: [idle] },
    {
      id: "taken",
      title: "Taken back",
      outcome: "inconclusive",
      seconds: 1,
      says: "proves nothing",
      subjects: [passed],
    },
    { id: "pairs", title: "Pairs", outcome: "not-applicable", seconds: 0, subjects: [] },
  ],
  versions: {
    kubernetes: "v1.34.4",
    nodes: [{ name: "n1", kubelet: "v1.34.4", runtime: "containerd://1.6.20", kernel: "6.1", os: "Debian 12" }],
    images: ["pause:1"],
  },
  evidence: "/state/evidence",
};

describe("JUnit", () => {
  it("has a suite for each check and a case for each subject", () => {
    const lines = junitXml(verdict)
      .split("\n")
      .map((line) => line.trim());
    expect(lines.slice(0, 14)).toEqual([
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<testsuites name="cni-lab flannel healthy" tests="6" failures="3" errors="0" skipped="1">',
      '<testsuite name="flannel.says-yes" timestamp="2026-01-01T00:00:00.000Z" time="60" tests="2" failures="1" errors="0" skipped="0">',
      "<properties>",
      '<property name="title" value="Every node says yes"/>',
      "</properties>",
      '<testcase name="n1" classname="flannel.says-yes" time="0.4">',
      "<system-out>evidence: checks/says-yes/n1.txt</system-out>",
      "</testcase>",
      '<testcase name="n1 -&gt; n2" classname="flannel.says-yes" time="60">',
      '<failure message="n1 &lt;does&gt; not &amp; say yes; word is \u{FFFD}; flannel.1 is down on n2" type="failed"/>',
      "<system-out>evidence: checks/says-yes/n1-to-n2.txt</system-out>",
      "</testcase>",
      "</testsuite>",
    ]);
    // A pass that a control takes back fails a case of its own; a check without subjects is a skipped one.
    expect(lines.filter((line) => line.startsWith("<failure") || line.startsWith("<skipped"))).toEqual([
      expect.stringContaining('type="failed"'),
      '<failure message="not tried" type="inconclusive"/>',
      '<failure message="proves nothing" type="inconclusive"/>',
      "<skipped/>",
    ]);
  });
});

test.each([
  ["true", "true"],
  [`"a" 'b' ]]> &lt;`, "&quot;a&quot; &apos;b&apos; ]]&gt; &amp;lt;"],
])("JUnit has what was said as it is: %s", (says, written) => {
  const [check] = verdict.checks;
  const subjects = [{ ...failed, says, seen: undefined, causes: [] }];
  const xml = junitXml({ ...verdict, checks: check === undefined ? [] : [{ ...check, subjects }] });
  expect(xml).toContain(`<failure message="${written}" type="failed"/>`);
});

describe("JSON", () => {
  it("is the verdict, with the version of its shape", () => {
    expect(JSON.parse(verdictJson(verdict))).toEqual(JSON.parse(JSON.stringify(verdict)));
    expect(Object.keys(JSON.parse(verdictJson(verdict)))).toEqual([
      "version",
      "lab",
      "expect",
      "asExpected",
      "startedAt",
      "seconds",
      "checks",
      "versions",
      "evidence",
    ]);
  });
});

describe("text", () => {
  it("says in a line how it ended", () => {
    expect(verdictLine(verdict)).toBe(
      "flannel is NOT healthy: 0 of 3 checks hold, 2 unproven, 1 not applicable (61 s)",
    );
    const good = { ...verdict, asExpected: true, expect: "symptom" as const, seconds: 2, checks: [] };
    expect(verdictLine(good)).toBe("flannel is showing its symptom: 0 of 0 checks hold (2.0 s)");
  });

  it("has a line for a subject that holds, and what was seen and why for one that does not", () => {
    expect(eventLines({ type: "subject", check: "says-yes", verdict: passed })).toEqual([
      "ok       says-yes n1: n1 says yes (0.4 s)",
    ]);
    expect(eventLines({ type: "subject", check: "says-yes", verdict: failed })).toEqual([
      "FAILED   says-yes n1 -> n2: n1 <does> not & say yes (60 s)",
      "         seen: word is \ufffd",
      "         cause: flannel.1 is down on n2",
      "         evidence: checks/says-yes/n1-to-n2.txt",
    ]);
    expect(eventLines({ type: "waiting", check: "a", subject: "n1", seconds: 0.2, seen: "no" })).toEqual([
      "... a n1: not yet (0.2 s): no",
    ]);
    const taken = verdict.checks[2];
    expect(taken === undefined ? [] : eventLines({ type: "check", verdict: taken })).toEqual([
      "UNPROVEN taken: proves nothing",
    ]);
  });

  it("holds everything a reader needs", () => {
    const page = verdictText(verdict);
    for (const part of [
      "says-yes: Every node says yes",
      "n1 says yes",
      "flannel.1 is down on n2",
      "Kubernetes v1.34.4",
      "image pause:1",
    ]) {
      expect(page).toContain(part);
    }
    expect(page).toContain("n/a      pairs: needs more nodes, or replicas, than there are");
  });
});

describe("the list", () => {
  it("shows what would be run, without running it", () => {
    const quiet = checkOf({
      id: "quiet",
      subjects: "node-pair",
      steps: [
        { id: "a", at: "from.pod", run: ["sh", "-c", "ping {to.ip}"] },
        { id: "b", at: "kubectl", run: ["get", "nodes"] },
      ],
      timing: { throughoutSeconds: 5, everySeconds: 1 },
      controls: { positive: ["says-yes"] },
    });
    expect(listChecks(labOf([checkOf(), quiet]), "healthy", {})).toBe(
      [
        "says-yes: Every node says yes",
        "  for each node, tried every 2 s for up to 10 s",
        "  on node: ask",
        "",
        "quiet: Every node says yes",
        "  for each ordered pair of nodes, must hold for 5 s, tried every 1 s",
        "  on from.pod: sh -c 'ping {to.ip}'",
        "  kubectl get nodes",
        "  positive control: says-yes",
        "",
      ].join("\n"),
    );
  });
});

describe("outcomes", () => {
  it("the worst decides", () => {
    expect(worst(["passed", "inconclusive", "failed"])).toBe("failed");
    expect(worst(["passed", "inconclusive"])).toBe("inconclusive");
    expect(worst(["passed", "passed"])).toBe("passed");
    expect(worst([])).toBe("not-applicable");
  });

  it("are as expected only if each check passed, or does not apply in health", () => {
    const [bad, , , idleCheck] = verdict.checks;
    const good = { id: "g", title: "g", outcome: "passed" as const, seconds: 0, subjects: [passed] };
    const all = [good, ...(idleCheck === undefined ? [] : [idleCheck])];
    expect(isAsExpected(all, "healthy")).toBe(true);
    expect(isAsExpected(all, "symptom")).toBe(false);
    expect(isAsExpected(all.slice(1), "healthy")).toBe(false);
    expect(isAsExpected([], "healthy")).toBe(false);
    expect(isAsExpected([good, ...(bad === undefined ? [] : [bad])], "healthy")).toBe(false);
  });
});
