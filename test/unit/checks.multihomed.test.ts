import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runChecks } from "../../checks/engine";
import { listChecks } from "../../checks/engine/report/list";
import type { Check } from "../../checks/language/check";
import { podman } from "../../components/cluster/engine/podman";
import { nodesAmong } from "../../driver/stack/containers";
import { valuesInForce } from "../../driver/values/settings";
import { type Answer, checkOf, evidenceDir, FakeCluster, labOf } from "./checks.fake";

let folder: string;
beforeEach(() => {
  folder = evidenceDir();
});
afterEach(() => rmSync(dirname(folder), { recursive: true, force: true }));

type Answering = (where: string, command: string, n: number) => Answer;

async function run(checks: readonly Check[], answer: Answering, change: (cluster: FakeCluster) => void = () => {}) {
  const cluster = new FakeCluster(answer);
  change(cluster);
  const options = {
    expect: "healthy",
    values: { dhcpRange: "a-b" },
    evidenceDir: folder,
    clock: cluster.clock,
  } as const;
  return { cluster, verdict: await runChecks(cluster, labOf(checks), options) };
}

const pods = [
  { role: "static", node: "n1", address: "10.10.20.11", mac: "aa:00:00:00:00:01" },
  { role: "leased", node: "n1", address: "192.168.0.100", mac: "aa:00:00:00:00:02" },
  { role: "leased", node: "n2" },
];

describe("a pod with a second interface", () => {
  const at = (place: "static" | "leased") =>
    checkOf({ steps: [{ id: "ask", at: place, run: ["ask", `{${place}Net1}`, `{${place}Mac}`] }] });

  it("is a place, and its address and MAC are facts", async () => {
    const { cluster, verdict } = await run(
      [at("static"), { ...at("leased"), id: "leased" }],
      () => "yes",
      (cluster) => {
        cluster.multihomed = pods;
      },
    );
    expect(cluster.calls).toEqual([
      { where: "static-n1", argv: ["ask", "10.10.20.11", "aa:00:00:00:00:01"] },
      { where: "leased-n1", argv: ["ask", "192.168.0.100", "aa:00:00:00:00:02"] },
    ]);
    const there = "probe-n1 on n1 Running, probe-n2 on n2 Running; with a second interface: ";
    const all = `${there}leased-n1 on n1 Running, leased-n2 on n2 Pending, static-n1 on n1 Running`;
    expect(verdict.checks[0]?.subjects).toMatchObject([
      { outcome: "passed" },
      { seen: `ask was not run: staticNet1 is not known (probe pods there: ${all})` },
    ]);
    expect(verdict.checks[1]?.subjects[1]?.seen).toMatch(/^ask was not run: leasedNet1 is not known/);
  });

  it("is known by its name while it hangs, at both ends of a pair too", async () => {
    const events = checkOf({
      subjects: "node-pair",
      steps: [{ id: "ask", at: "kubectl", run: ["get", "events", "{from.leasedPod}", "{to.leasedPod}"] }],
      says: { holds: "", fails: "" },
    });
    const { cluster } = await run(
      [events],
      () => "yes",
      (cluster) => {
        cluster.multihomed = pods;
      },
    );
    expect(cluster.calls.map(({ argv }) => argv.slice(2))).toEqual([
      ["leased-n1", "leased-n2"],
      ["leased-n2", "leased-n1"],
    ]);
  });
});

describe("the DHCP server", () => {
  const leases = checkOf({
    subjects: "once",
    steps: [{ id: "leases", at: "dhcp-server", run: ["cat", "{config.dhcpRange}"] }],
    read: { lease: { pattern: /\d+/ } },
    says: { holds: "none", fails: "no" },
  });

  it("is a place", async () => {
    const { cluster } = await run(
      [{ ...leases, expect: [{ value: "lease", equals: "7" }] }],
      () => "7",
      (cluster) => {
        cluster.hasServer = true;
      },
    );
    expect(cluster.calls).toEqual([{ where: "dhcp-server", argv: ["cat", "a-b"] }]);
  });

  it("has a log that can be read", async () => {
    const steps = [{ id: "log", at: "dhcp-log", run: ["--since", "60s"] }] as const;
    const { cluster } = await run(
      [{ ...leases, steps, expect: [{ value: "lease", equals: "7" }] }],
      () => "7",
      (made) => {
        made.hasServer = true;
      },
    );
    expect(cluster.calls).toEqual([{ where: "dhcp-log", argv: ["--since", "60s"] }]);
  });

  it("that a stack has none is seen, and not a failure to look", async () => {
    const none = await run([{ ...leases, expect: [{ value: "lease", absent: true }] }], () => "7");
    expect(none.verdict.asExpected).toBe(true);
    const wanted = await run([{ ...leases, expect: [{ value: "lease", equals: "7" }] }], () => "7");
    expect(wanted.verdict.checks[0]?.subjects[0]?.seen).toBe(
      "lease could not be read; leases printed: this stack has no DHCP server",
    );
  });
});

describe("a value read from several steps", () => {
  const sum = checkOf({
    steps: [
      { id: "a", at: "node", run: ["a"] },
      { id: "b", at: "node", run: ["b"] },
    ],
    read: { word: { from: ["b", "a"], pattern: /^.*$/s, as: (text) => text.replace("\n", "+") } },
    expect: [{ value: "word", equals: "b+a" }],
  });

  it("has their outputs in the order asked for", async () => {
    expect((await run([sum], (_, command) => command)).verdict.asExpected).toBe(true);
  });
});

describe("a check that changes something", () => {
  const deleted = checkOf({
    id: "deleted",
    change: [{ id: "delete", at: "kubectl", run: ["delete", "pod", "{leasedPod}"] }],
    steps: [{ id: "ask", at: "node", run: ["ask", "{leasedMac}"] }],
    restore: [{ id: "wait", at: "kubectl", run: ["rollout", "{leasedPod}"] }],
  });
  const again = { ...deleted, id: "again", steps: [{ id: "ask", at: "node", run: ["again"] }] } as const;

  it("does so once, asks for what was there before, and waits afterwards until that is back", async () => {
    const there = pods.slice(1).map((pod) => ({ address: "192.168.0.101", mac: "aa:00:00:00:00:03", ...pod }));
    const { cluster, verdict } = await run(
      [deleted],
      (where, _, n) => (where === "n1" && n < 2 ? "no" : "yes"),
      (made) => {
        made.multihomed = there;
        // Nobody has these pods any more from here on.
        const kubectl = made.kubectl.bind(made);
        made.kubectl = (args, options) => {
          if (args[0] === "delete") made.multihomed = [];
          return kubectl(args, options);
        };
      },
    );
    expect(verdict.asExpected).toBe(true);
    const calls = cluster.calls.map(({ where, argv }) => `${where}: ${argv.join(" ")}`);
    expect(calls.filter((call) => /n1|:02/.test(call))).toEqual([
      "kubectl: delete pod leased-n1",
      ...Array(3).fill("n1: ask aa:00:00:00:00:02"),
      "kubectl: rollout leased-n1",
    ]);
  });

  it("has its deadline from the change on, and fails with what kept the change from being made", async () => {
    const { verdict } = await run(
      [deleted],
      (_, command) => {
        return command.startsWith("delete") ? { exitCode: 1, stderr: "no such pod", seconds: 60 } : "yes";
      },
      (cluster) => {
        cluster.multihomed = pods.slice(1);
      },
    );
    expect(verdict.checks[0]?.subjects[0]).toMatchObject({
      outcome: "failed",
      seconds: 70,
      tries: 6,
      seen: "delete on this machine ended with 1: no such pod",
    });
  });

  it("runs when all others have ended, and after those before it", async () => {
    const slow = checkOf({ id: "slow", steps: [{ id: "ask", at: "node", run: ["slow"] }] });
    const { cluster } = await run(
      [deleted, again, slow],
      (_, command, n) => (command === "slow" && n < 3 ? "no" : { stdout: "yes", seconds: 1 }),
      (made) => {
        made.multihomed = pods.slice(1, 2).flatMap((pod) => [pod, { ...pod, node: "n2" }]);
      },
    );
    const order = cluster.calls.map(({ argv }) => argv[0]);
    expect(order.lastIndexOf("slow")).toBeLessThan(order.indexOf("delete"));
    expect(order.indexOf("again")).toBeGreaterThan(order.indexOf("rollout"));
    expect(order.filter((word) => word === "delete")).toHaveLength(4);
  });

  it("is listed with what it does before and after", () => {
    expect(
      listChecks(labOf([deleted]), "healthy", {})
        .split("\n")
        .slice(2),
    ).toEqual([
      "  once before: kubectl delete pod {leasedPod}",
      "  on node: ask {leasedMac}",
      "  once after: kubectl rollout {leasedPod}",
      "",
    ]);
  });
});

describe("a claim for some values only", () => {
  it("may say which by a pattern", async () => {
    const ids = async (dhcpRange: RegExp) =>
      (await run([checkOf(), checkOf({ id: "other", when: { dhcpRange } })], () => "yes")).verdict.checks.map(
        ({ id }) => id,
      );
    expect(await ids(/^a/)).toEqual(["says-yes", "other"]);
    expect(await ids(/^b/)).toEqual(["says-yes"]);
  });

  it("sees the default of a key that neither the lab nor the file sets", () => {
    const values = valuesInForce({ nodes: "2" }, { cni: "weave" });
    expect(values).toMatchObject({ nodes: "2", cni: "weave", flannelBackend: "vxlan" });
    expect(valuesInForce({}, {}).nodes).toBe("3");
    expect(values).not.toHaveProperty("lanCidr");
  });
});

it("a container of a stack that is no node is not taken for one", () => {
  const labelled = (labels: Record<string, string>) => ({
    engine: podman,
    name: "x",
    image: "i",
    running: true,
    labels,
  });
  expect(
    nodesAmong([
      labelled({ "cni-lab.stack": "s", "cni-lab.node": "n1" }),
      labelled({ "cni-lab.stack": "s", "cni-lab.part": "dhcp-server" }),
    ]),
  ).toEqual([{ engine: podman, stack: "s", node: "n1", container: "x", running: true, owner: "" }]);
});
