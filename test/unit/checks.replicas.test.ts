import { readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runChecks } from "../../checks/engine";
import { listChecks } from "../../checks/engine/report/list";
import type { Check } from "../../checks/language/check";
import { labProblems } from "../../labs/format/validate";
import { describeProblem } from "../../lib/user-error";
import { type Answer, checkOf, evidenceDir, FakeCluster, labOf } from "./checks.fake";

let folder: string;
beforeEach(() => {
  folder = evidenceDir();
});
afterEach(() => rmSync(dirname(folder), { recursive: true, force: true }));

type Answering = (where: string, command: string, n: number) => Answer;

async function run(checks: readonly Check[], change: (cluster: FakeCluster) => void, answer: Answering = () => "yes") {
  const cluster = new FakeCluster(answer);
  change(cluster);
  const options = { expect: "healthy", values: {}, evidenceDir: folder, clock: cluster.clock } as const;
  return { cluster, verdict: await runChecks(cluster, labOf(checks), options) };
}

const two = (cluster: FakeCluster) => {
  cluster.wanted = 2;
  cluster.replicas = {
    0: { node: "n1", ip: "10.244.0.7", net1: "192.168.0.101" },
    1: { node: "n2", ip: "10.244.1.7" },
  };
};
const says = { holds: "", fails: "" };
const asked = checkOf({
  id: "asked",
  subjects: "replica",
  steps: [{ id: "ask", at: "replica", run: ["ask", "{replicaPod}", "{node}", "{replicaIp}", "{replicaAddresses}"] }],
  says,
});

describe("a replica", () => {
  it("is a place, and its name, node and addresses are facts", async () => {
    const { cluster, verdict } = await run([asked], two);
    expect(verdict.checks[0]?.subjects.map(({ subject, outcome }) => [subject, outcome])).toEqual([
      ["confluence-0", "passed"],
      ["confluence-1", "passed"],
    ]);
    expect(cluster.calls).toEqual([
      { where: "confluence-0", argv: ["ask", "confluence-0", "n1", "10.244.0.7", "10.244.0.7,192.168.0.101"] },
      { where: "confluence-1", argv: ["ask", "confluence-1", "n2", "10.244.1.7", "10.244.1.7"] },
    ]);
  });

  it("is asked in its own namespace and container", async () => {
    const { verdict } = await run([asked], two);
    const { last } = JSON.parse(
      readFileSync(join(folder, `${verdict.checks[0]?.subjects[0]?.evidence}`.replace(".txt", ".json")), "utf8"),
    );
    expect(last[0].ran.argv.slice(0, 8)).toEqual([
      "kubectl",
      "exec",
      "-n",
      "confluence",
      "confluence-0",
      "-c",
      "confluence",
      "--",
    ]);
  });

  it("has the pods of its node beside it, at both ends of a pair too", async () => {
    const pair = checkOf({
      subjects: "replica-pair",
      steps: [
        { id: "ask", at: "from.pod", run: ["ask", "{from.ip}", "{to.replicaIp}", "{to.address}", "{replicas.count}"] },
      ],
      says,
    });
    const { cluster, verdict } = await run([pair], two);
    expect(verdict.checks[0]?.subjects.map(({ subject }) => subject)).toEqual([
      "confluence-0 -> confluence-1",
      "confluence-1 -> confluence-0",
    ]);
    expect(cluster.calls).toEqual([
      { where: "probe-n1", argv: ["ask", "10.244.0.5", "10.244.1.7", "172.28.1.12", "2"] },
      { where: "probe-n2", argv: ["ask", "10.244.1.5", "10.244.0.7", "172.28.1.11", "2"] },
    ]);
  });

  it("that is wanted and not there is looked for, and what is there is said", async () => {
    const { verdict } = await run([asked], (cluster) => {
      cluster.wanted = 3;
      cluster.replicas = { 0: { phase: "Pending" }, 1: { node: "n2", ip: "10.244.1.7", leaving: true } };
    });
    const there =
      "probe pods there: probe-n1 on n1 Running, probe-n2 on n2 Running; replicas: confluence-0 on no node Pending, confluence-1 on n2 Terminating; not there: confluence-2";
    expect(verdict.checks[0]?.subjects.map(({ seen }) => seen)).toEqual([
      `ask was not run: node is not known (${there})`,
      `ask was not run: node is not known (${there})`,
      `ask was not run: node is not known (${there})`,
    ]);
  });

  it("is followed to where it is now", async () => {
    const { cluster } = await run([asked], two, (where, _, n) =>
      where === "confluence-0" && n === 0 ? { stdout: "no" } : "yes",
    );
    // The first look was before the pod moved.
    cluster.replicas = { 0: { node: "n2", ip: "10.44.0.1" } };
    const options = { expect: "healthy", values: {}, evidenceDir: folder, clock: cluster.clock } as const;
    await runChecks(cluster, labOf([asked]), options);
    expect(cluster.calls.at(-1)?.argv).toEqual(["ask", "confluence-0", "n2", "10.44.0.1", "10.44.0.1"]);
  });
});

describe("who the replicas are", () => {
  it("is nobody where there is no Confluence, or none is wanted", async () => {
    for (const wanted of [undefined, 0]) {
      const { verdict } = await run([asked, checkOf()], (cluster) => {
        cluster.wanted = wanted;
      });
      expect(verdict.checks[0]).toMatchObject({ outcome: "not-applicable", subjects: [] });
    }
  });

  it("is asked until somebody answers", async () => {
    const { verdict } = await run([asked], (cluster) => {
      two(cluster);
      cluster.unreachable = 3;
    });
    expect(verdict.checks[0]).toMatchObject({ outcome: "passed", seconds: 6 });
  });

  it("is never taken for nobody because nobody answers", async () => {
    const { verdict } = await run([asked, checkOf({ steps: [{ id: "ask", at: "node", run: ["ask"] }] })], (cluster) => {
      two(cluster);
      cluster.unreachable = 1000;
    });
    expect(verdict.asExpected).toBe(false);
    expect(verdict.checks[0]).toMatchObject({
      outcome: "failed",
      subjects: [],
      says: "which replicas there are can't be seen: kubectl get pods,services,statefulsets ended with 1: connection refused",
    });
  });

  it("is one where the StatefulSet does not say", async () => {
    const { verdict } = await run([asked], (cluster) => {
      two(cluster);
      const kubectl = cluster.kubectl.bind(cluster);
      cluster.kubectl = async (args, options) => {
        const ran = await kubectl(args, options);
        return { ...ran, stdout: ran.stdout.replace('"replicas":2', '"x":2') };
      };
    });
    expect(verdict.checks[0]?.subjects.map(({ subject }) => subject)).toEqual(["confluence-0"]);
  });

  it("is told of a check that was not tried", async () => {
    const control = checkOf({ expect: [{ value: "word", equals: "no" }] });
    const { verdict } = await run([control, { ...asked, controls: { positive: ["says-yes"] } }], two);
    expect(verdict.checks[1]).toMatchObject({ outcome: "inconclusive", subjects: [{ subject: "confluence-0" }, {}] });
  });
});

it("only checks of replicas know them", () => {
  const checks = [checkOf({ steps: [{ id: "ask", at: "replica", run: ["{replicaIp}"] }] })];
  expect(labProblems(labOf(checks), "test").map(describeProblem)).toEqual([
    'lab test checks.healthy says-yes ask.at is "replica": must be a place of subjects "node": kubectl, dhcp-server, dhcp-log, node, pod, static, leased',
    expect.stringContaining('says-yes ask.run is "{replicaIp}": must be one of: '),
  ]);
  expect(labProblems(labOf([asked]), "test")).toEqual([]);
});

it("the list of checks says whom they are run for", () => {
  const pair = checkOf({ subjects: "replica-pair", says });
  expect(listChecks(labOf([asked, { ...pair, id: "pair" }]), "healthy", {})).toMatch(
    /for each replica of Confluence, tried[\s\S]*for each ordered pair of these replicas, tried/,
  );
});
