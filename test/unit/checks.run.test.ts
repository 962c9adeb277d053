import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RunChecksOptions, runChecks } from "../../checks/engine";
import { urgencies } from "../../checks/engine/controls";
import type { CheckEvent } from "../../checks/engine/verdict";
import type { Check } from "../../checks/language/check";
import { toldValues } from "../../stacks/shown-values";
import { checkOf, evidenceDir, FakeCluster, labOf } from "./checks.fake";

let folder: string;
beforeEach(() => {
  folder = evidenceDir();
});
afterEach(() => rmSync(dirname(folder), { recursive: true, force: true }));

function run(cluster: FakeCluster, checks: readonly Check[], options: Partial<RunChecksOptions> = {}) {
  return runChecks(cluster, labOf(checks), {
    expect: "healthy",
    values: { cni: "flannel" },
    evidenceDir: folder,
    clock: cluster.clock,
    ...options,
  });
}

/** A claim that something never shows, whose tool is shown to work by `says-yes`. */
const silence = checkOf({
  id: "silence",
  steps: [{ id: "listen", at: "node", run: ["listen"], exits: [0, 124] }],
  read: { heard: { pattern: /heard \w+/ } },
  expect: [{ value: "heard", absent: true }],
  timing: { throughoutSeconds: 4, everySeconds: 2 },
  controls: { positive: ["says-yes"] },
  says: { holds: "{node} hears nothing", fails: "{node} hears something" },
});

describe("a claim that depends on the stack's values", () => {
  const onWeave = checkOf({ id: "on-weave", when: { cni: ["weave"] } });

  it("is made with these values, and with no others", async () => {
    const cluster = new FakeCluster(() => "yes");
    const ids = async (cni: string) =>
      (await run(cluster, [checkOf(), onWeave], { values: { cni } })).checks.map(({ id }) => id);
    expect(await ids("weave")).toEqual(["says-yes", "on-weave"]);
    expect(await ids("flannel")).toEqual(["says-yes"]);
  });

  it("may name the CNI that the stack is set to", async () => {
    const cluster = new FakeCluster(() => "weave");
    const verdict = await run(cluster, [checkOf({ expect: [{ value: "word", equals: "{config.cni}" }] })], {
      values: { cni: "weave" },
    });
    expect(verdict.asExpected).toBe(true);
  });
});

describe("a claim with a deadline", () => {
  it("is tried again until it holds", async () => {
    const cluster = new FakeCluster((_, __, n) => (n < 2 ? "no" : "yes"));
    const verdict = await run(cluster, [checkOf()]);
    expect(verdict.asExpected).toBe(true);
    expect(verdict.checks[0]?.subjects).toMatchObject([
      { subject: "n1", outcome: "passed", tries: 3, seconds: 4, says: "n1 says yes" },
      { subject: "n2", outcome: "passed", tries: 3, seconds: 4, says: "n2 says yes" },
    ]);
  });

  it("fails at its deadline with the last thing seen", async () => {
    const cluster = new FakeCluster((where, _, n) => (where === "n1" ? "yes" : `no${n}`));
    const verdict = await run(cluster, [checkOf()]);
    expect(verdict.asExpected).toBe(false);
    expect(verdict.checks[0]?.outcome).toBe("failed");
    expect(verdict.checks[0]?.subjects).toMatchObject([
      { subject: "n1", outcome: "passed", tries: 1 },
      {
        subject: "n2",
        outcome: "failed",
        tries: 6,
        seconds: 10,
        says: "n2 does not say yes",
        seen: 'word is "no5", must be "yes"',
      },
    ]);
  });

  it("has a longer deadline on a slow machine", async () => {
    const verdict = await run(new FakeCluster(() => "no"), [checkOf()], { deadlineFactor: 2 });
    expect(verdict.checks[0]?.subjects[0]).toMatchObject({ tries: 11, seconds: 20 });
  });

  it("looks once when its deadline is none", async () => {
    const verdict = await run(new FakeCluster(() => "no"), [checkOf()], { deadlineFactor: 0 });
    expect(verdict.checks[0]?.subjects[0]).toMatchObject({ outcome: "failed", tries: 1, seconds: 0 });
  });

  it("fails when its command fails, with the reason that was printed", async () => {
    const cluster = new FakeCluster(() => ({ exitCode: 127, stdout: "yes", stderr: "first\nask: not found\n" }));
    const [check] = (await run(cluster, [checkOf()])).checks;
    expect(check?.subjects[0]).toMatchObject({
      outcome: "failed",
      seen: "ask on node n1 ended with 127: ask: not found",
    });
  });

  it("claims nothing where its command did not end in time, and says how to give it more", async () => {
    const cluster = new FakeCluster(() => ({ exitCode: 124 }));
    const [check] = (await run(cluster, [checkOf()])).checks;
    expect(check?.subjects[0]).toMatchObject({
      outcome: "failed",
      seen: "ask on node n1 did not end in time: no output",
      says: "it was not seen whether this holds: ask on node n1 did not end in time; where the machine is busy, give it more with --deadline-factor 3",
    });
  });

  it("says to give it more than it had", async () => {
    const cluster = new FakeCluster(() => ({ exitCode: 124 }));
    const [check] = (await run(cluster, [checkOf()], { deadlineFactor: 5 })).checks;
    expect(check?.subjects[0]?.says).toMatch(/ --deadline-factor 15$/);
  });

  it("gives its commands more time with a longer deadline, and never less", async () => {
    const limits = async (deadlineFactor: number) => {
      const cluster = new FakeCluster(() => "no");
      await run(cluster, [checkOf({ steps: [{ id: "ask", at: "node", run: ["ask"], timeoutSeconds: 4 }] })], {
        deadlineFactor,
      });
      return [...new Set(cluster.limits)];
    };
    expect([await limits(1), await limits(3), await limits(0)]).toEqual([[4_000], [12_000], [4_000]]);
  });

  it("fails when nothing can be read from the output", async () => {
    const [check] = (await run(new FakeCluster(() => "?!"), [checkOf()])).checks;
    expect(check?.subjects[0]?.seen).toBe("word could not be read; ask printed: ?!");
  });

  it("names the pods that are there when one is missing", async () => {
    const cluster = new FakeCluster(() => "yes");
    cluster.podless = ["n2"];
    const check = checkOf({ steps: [{ id: "ask", at: "pod", run: ["ask", "{ip}"] }] });
    const [verdict] = (await run(cluster, [check])).checks;
    expect(verdict?.subjects).toMatchObject([
      { outcome: "passed" },
      { outcome: "failed", seen: "ask was not run: ip is not known (probe pods there: probe-n1 on n1 Running)" },
    ]);
    expect(cluster.calls).toEqual([{ where: "probe-n1", argv: ["ask", "10.244.0.5"] }]);
  });
});

describe("a claim that something does not happen", () => {
  const answers = (heard: string) => new FakeCluster((_, command) => (command === "ask" ? "yes" : heard));

  it("passes when nothing happened through its window, after its control", async () => {
    const cluster = answers("");
    const verdict = await run(cluster, [silence, checkOf()]);
    expect(verdict.asExpected).toBe(true);
    expect(verdict.checks[0]?.subjects[0]).toMatchObject({ says: "n1 hears nothing", tries: 3, seconds: 4 });
    expect(cluster.calls.map((call) => call.argv[0]).slice(0, 2)).toEqual(["ask", "ask"]);
  });

  it("fails at the first time that it happens", async () => {
    const verdict = await run(answers("heard steps"), [silence, checkOf()]);
    expect(verdict.checks[0]?.subjects[0]).toMatchObject({
      outcome: "failed",
      tries: 1,
      seen: 'heard is "heard steps", must not be there',
    });
    expect(verdict.asExpected).toBe(false);
  });

  it("is inconclusive, not passed, when its positive control did not hold", async () => {
    const cluster = new FakeCluster(() => "");
    const verdict = await run(cluster, [silence, checkOf()]);
    expect(verdict.checks[0]).toMatchObject({
      outcome: "inconclusive",
      says: "not tried, as its positive control says-yes did not hold",
    });
    expect(verdict.checks[0]?.subjects.map((subject) => subject.outcome)).toEqual(["inconclusive", "inconclusive"]);
    expect(verdict.asExpected).toBe(false);
    expect(cluster.calls.some((call) => call.argv[0] === "listen")).toBe(false);
  });

  it("is inconclusive when one try could not look", async () => {
    const cluster = new FakeCluster((_, command, n) =>
      command === "ask" ? "yes" : n < 2 ? "" : { exitCode: 1, stderr: "no such container" },
    );
    const [check] = (await run(cluster, [silence, checkOf()])).checks;
    expect(check?.subjects[0]).toMatchObject({
      outcome: "inconclusive",
      tries: 2,
      seen: "listen on node n1 ended with 1: no such container",
    });
  });

  it("takes back the pass of a claim whose negative control did not hold", async () => {
    const claim = checkOf({ controls: { negative: ["silence"] } });
    const verdict = await run(answers("heard steps"), [claim, silence]);
    expect(verdict.checks[0]).toMatchObject({
      outcome: "inconclusive",
      says: "proves nothing, as its negative control silence did not hold",
    });
  });
});

describe("a positive control", () => {
  const asks = (id: string, changes: Partial<Check> = {}) =>
    checkOf({ id, steps: [{ id: "ask", at: "node", run: [id] }], ...changes });
  const behind = (id: string, ...positive: string[]) => asks(id, { controls: { positive } });
  const changing = (id: string, ...positive: string[]) =>
    asks(id, { controls: { positive }, change: [{ id: "break", at: "node", run: [`break-${id}`] }] });
  const commands = ({ calls }: FakeCluster) => calls.map(({ argv }) => argv[0] ?? "");

  it("is a barrier: what is behind it starts when it has settled on all subjects, and nothing else waits", async () => {
    // The gate holds on n1 at once, and on n2 at its fifth try.
    const cluster: FakeCluster = new FakeCluster((where, command) => {
      const tries = cluster.calls.filter((call) => call.where === where && call.argv[0] === "gate").length;
      return command !== "gate" || where === "n1" || tries > 4 ? "yes" : "no";
    });
    const verdict = await run(cluster, [
      changing("last", "gate"),
      behind("third", "second"),
      behind("second", "gate"),
      asks("gate"),
      asks("free"),
    ]);
    expect(verdict.asExpected).toBe(true);
    const order = commands(cluster);
    expect(order.filter((command) => command === "gate")).toHaveLength(6);
    expect(order.indexOf("free")).toBeLessThan(order.lastIndexOf("gate"));
    const inTurn = ["gate", "second", "third", "break-last", "last"];
    expect(order.filter((command) => command !== "free")).toEqual(
      inTurn.flatMap((command) => order.filter((each) => each === command)),
    );
  });

  it("that does not hold keeps all behind it from running, each with the name of what it waited for", async () => {
    const cluster = new FakeCluster((where, command) => (command === "gate" && where === "n2" ? "no" : "yes"));
    const verdict = await run(cluster, [
      asks("gate"),
      behind("second", "gate", "free"),
      behind("third", "second"),
      changing("last", "third"),
      asks("free"),
    ]);
    const blockedBy = (id: string) => `not tried, as its positive control ${id} did not hold`;
    expect(verdict.checks.map(({ id, outcome, says }) => [id, outcome, says])).toEqual([
      ["gate", "failed", undefined],
      ["second", "inconclusive", blockedBy("gate")],
      ["third", "inconclusive", blockedBy("second")],
      ["last", "inconclusive", blockedBy("third")],
      ["free", "passed", undefined],
    ]);
    expect(new Set(commands(cluster))).toEqual(new Set(["gate", "free"]));
  });
});

describe("values that must differ", () => {
  const distinct = checkOf({ expect: [{ value: "word", distinct: true }] });

  it("pass when they do", async () => {
    const verdict = await run(new FakeCluster((where) => `subnet${where}`), [distinct]);
    expect(verdict.asExpected).toBe(true);
  });

  it("are read again until they do", async () => {
    const verdict = await run(new FakeCluster((where, _, n) => (n < 2 ? "same" : where)), [distinct]);
    expect(verdict.checks[0]).toMatchObject({ outcome: "passed", seconds: 4 });
  });

  it("fail on every node that shares one, and name the others", async () => {
    const verdict = await run(new FakeCluster((where) => (where === "n3" ? "other" : "same"), 3), [distinct]);
    expect(verdict.checks[0]?.subjects).toMatchObject([
      { subject: "n1", outcome: "failed", seen: "word same is also that of n2", seconds: 10 },
      { subject: "n2", outcome: "failed", seen: "word same is also that of n1" },
      { subject: "n3", outcome: "passed" },
    ]);
  });
});

describe("a run", () => {
  it("asks all pairs in both directions", async () => {
    const pairs = checkOf({
      subjects: "node-pair",
      steps: [{ id: "ask", at: "from.pod", run: ["ping", "{to.ip}"] }],
      says: { holds: "{from.node} to {to.node}", fails: "no" },
    });
    const cluster = new FakeCluster(() => "yes", 3);
    const verdict = await run(cluster, [pairs]);
    expect(verdict.checks[0]?.subjects.map((subject) => subject.subject)).toEqual([
      "n1 -> n2",
      "n1 -> n3",
      "n2 -> n1",
      "n2 -> n3",
      "n3 -> n1",
      "n3 -> n2",
    ]);
    expect(cluster.calls).toContainEqual({ where: "probe-n3", argv: ["ping", "10.244.1.5"] });
  });

  it("runs a listener beside the step that it listens to", async () => {
    const order: string[] = [];
    const cluster = new FakeCluster((_, command) => {
      order.push(command);
      return { stdout: "yes", seconds: command === "listen" ? 5 : 1 };
    }, 1);
    const steps: Check["steps"] = [
      { id: "listen", at: "node", run: ["listen"], background: true },
      { id: "send", at: "node", run: ["send"] },
      { id: "count", at: "node", run: ["count"] },
    ];
    const verdict = await run(cluster, [checkOf({ steps })]);
    expect(order).toEqual(["listen", "send", "count"]);
    expect(verdict.checks[0]).toMatchObject({ outcome: "passed", seconds: 5 });
  });

  it("keeps to its bound of tries at once", async () => {
    const slow = new FakeCluster(() => ({ stdout: "yes", seconds: 1 }), 9);
    await run(slow, [checkOf(), checkOf({ id: "again" })], { parallel: 4 });
    expect(slow.most).toBe(4);
  });

  it.each([
    [0, 12],
    [1, 12],
    [4, 3],
    [99, 2],
  ])("with deadlines %i times as long it does at most %i at once", async (deadlineFactor, most) => {
    const slow = new FakeCluster(() => ({ stdout: "yes", seconds: 1 }), 9);
    await run(slow, [checkOf(), checkOf({ id: "again" })], { deadlineFactor });
    expect(slow.most).toBe(most);
  });

  it("tries the links of the longest chain of controls first, before those that stand alone", async () => {
    const order: string[] = [];
    const cluster = new FakeCluster((_, command) => {
      order.push(command);
      return "yes";
    }, 1);
    const named = (id: string, positive: readonly string[] = []) =>
      checkOf({ id, steps: [{ id: "say", at: "node", run: [id] }], controls: { positive } });
    const chain = [named("last", ["middle"]), named("middle", ["first", "other"]), named("first"), named("other")];
    const checks = [named("alone"), named("alone too"), ...chain];
    expect([...urgencies(checks)]).toEqual([
      ["alone", 1],
      ["alone too", 1],
      ["last", 3],
      ["middle", 3],
      ["first", 3],
      ["other", 3],
    ]);
    await run(cluster, checks, { parallel: 1 });
    // What has its turn already keeps it.
    expect(order.slice(0, 3)).toEqual(["alone", "first", "other"]);
    expect(order.filter((id) => chain.some((check) => check.id === id))).toEqual(["first", "other", "middle", "last"]);
  });

  it("says that a claim on pairs does not apply to one node, and is healthy nevertheless", async () => {
    const pairs = checkOf({ id: "pairs", subjects: "node-pair" });
    const alone = new FakeCluster(() => "yes", 1);
    const controlled = { ...silence, controls: { positive: ["pairs"] } };
    const verdict = await run(alone, [checkOf(), pairs, controlled]);
    expect(verdict.checks.map((check) => check.outcome)).toEqual(["passed", "not-applicable", "not-applicable"]);
    expect(verdict.asExpected).toBe(true);
    expect((await run(alone, [pairs])).asExpected).toBe(false);
  });

  it("rejects with the reason of an abort, and starts nothing more", async () => {
    const stop = new AbortController();
    const cluster = new FakeCluster((_, __, n) => {
      if (n === 2) stop.abort(new Error("interrupted"));
      return "no";
    });
    await expect(run(cluster, [checkOf()], { signal: stop.signal })).rejects.toThrow("interrupted");
    const calls = cluster.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(cluster.calls.length).toBe(calls);
  });

  it("keeps what it was run on: the stack, its values but for secrets, and what a claim is about", async () => {
    const cluster = new FakeCluster(() => "yes");
    const values = { cni: "weave", weavePassword: "hunter2", license: "key", nodeImage: "localhost/cni-lab/node:1" };
    const reach = { between: "pods", by: "ping", sent: 3, arrived: "word" } as const;
    const pinging = checkOf({ id: "pings", subjects: "node-pair", says: { holds: "x", fails: "x" }, reach });
    const silent = { ...pinging, id: "silent", reach: { none: "nobody is there" } };
    const checks = [checkOf({ topic: "words" }), pinging, silent].map((check) => ({
      ...check,
      steps: [{ id: "ask", at: "kubectl" as const, run: ["ask"] }],
    }));
    await run(cluster, checks, { stack: "test-lab", values, told: toldValues(values) });
    const text = readFileSync(join(folder, "verdict.json"), "utf8");
    expect(JSON.parse(text)).toMatchObject({ stack: "test-lab", checks: [{ topic: "words" }, { id: "pings" }, {}] });
    expect(JSON.parse(text).checks.map((check: { reach?: unknown }) => check.reach)).toEqual([
      undefined,
      { ...reach, where: "across nodes" },
      undefined,
    ]);
    expect(JSON.parse(text).values).toEqual({ cni: "weave" });
    expect((await run(cluster, [checkOf()])).stack).toBe("test");
  });

  it("refuses a stack without nodes, a symptom that the lab has not, and a folder that cannot be written", async () => {
    await expect(run(new FakeCluster(() => "yes", 0), [checkOf()])).rejects.toThrow(
      "stack test: has no nodes; run: ./lab up test",
    );
    const cluster = new FakeCluster(() => "yes");
    await expect(run(cluster, [checkOf()], { expect: "symptom" })).rejects.toThrow(
      '--expect is "symptom": lab test has no bug to show; use --expect healthy',
    );
    await expect(run(cluster, [checkOf()], { evidenceDir: "/dev/null/x" })).rejects.toThrow(
      'evidence folder is "/dev/null/x": must be a folder that can be written to',
    );
    expect(cluster.calls).toEqual([]);
  });

  it("tells each new thing seen once, each subject as it settles, and each check", async () => {
    const events: CheckEvent[] = [];
    const cluster = new FakeCluster((_, __, n) => (n < 3 ? "no" : "yes"), 1);
    await run(cluster, [checkOf()], { onEvent: (event) => events.push(event) });
    expect(events).toMatchObject([
      { type: "waiting", check: "says-yes", subject: "n1", seen: 'word is "no", must be "yes"' },
      { type: "subject", check: "says-yes", verdict: { subject: "n1", outcome: "passed" } },
      { type: "check", verdict: { id: "says-yes", outcome: "passed" } },
    ]);
    expect(events).toHaveLength(3);
  });
});

describe("evidence", () => {
  const broken = checkOf({
    evidence: [{ id: "links", at: "node", run: ["ip", "link"] }],
    causes: [{ evidence: "links", pattern: /^(?<link>\S+): DOWN/m, says: "{found.link} is down on {node}" }],
  });
  const answer = (where: string, command: string) =>
    command === "ip link" ? "cni0: UP\nflannel.1: DOWN" : where === "n1" ? "yes" : "no";

  it("is collected where a claim failed, and names the cause", async () => {
    const cluster = new FakeCluster(answer);
    const verdict = await run(cluster, [broken]);
    expect(verdict.checks[0]?.subjects).toMatchObject([
      { causes: [], evidence: "checks/says-yes/n1.txt" },
      { causes: ["flannel.1 is down on n2"], evidence: "checks/says-yes/n2.txt" },
    ]);
    expect(cluster.calls.filter((call) => call.argv[0] === "ip")).toEqual([{ where: "n2", argv: ["ip", "link"] }]);
    const page = readFileSync(join(folder, "checks/says-yes/n2.txt"), "utf8");
    expect(page).toContain("outcome  failed after 10 s, 6 tries\n");
    expect(page).toContain("cause    flannel.1 is down on n2\n");
    expect(page).toContain("12 ms, exit code 0\n$ podman exec n2 ip link\ncni0: UP\nflannel.1: DOWN\n");
    const record = JSON.parse(readFileSync(join(folder, "checks/says-yes/n2.json"), "utf8"));
    expect(record).toMatchObject({ version: 1, last: [{ id: "ask", where: "node n2", ran: { stdout: "no" } }] });
    expect(record.tries).toHaveLength(6);
  });

  it("is whole, and for its owner only", async () => {
    await run(new FakeCluster(answer), [broken]);
    const files = readdirSync(folder, { recursive: true, withFileTypes: true });
    const paths = files.map((file) => join(file.parentPath, file.name));
    expect(paths.map((path) => path.slice(folder.length + 1)).sort()).toEqual([
      "checks",
      "checks/says-yes",
      "checks/says-yes/n1.json",
      "checks/says-yes/n1.txt",
      "checks/says-yes/n2.json",
      "checks/says-yes/n2.txt",
      "junit.xml",
      "started.txt",
      "verdict.json",
      "verdict.txt",
    ]);
    for (const path of paths) {
      expect(statSync(path).mode & 0o077, path).toBe(0);
    }
    expect(existsSync(folder)).toBe(true);
  });
});
