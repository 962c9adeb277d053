import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runChecks } from "../../checks/engine";
import { checksFor } from "../../checks/engine/checks-for";
import type { Expectation, Values } from "../../checks/language/values";
import { valuesInForce } from "../../driver/values/settings";
import { loadLab } from "../../labs";
import { confluenceHealthy, confluenceSymptom } from "../../labs/checks/confluence";
import { expectedState } from "../../labs/format/lab-data";
import { matrixProblems } from "../../labs/format/validate-matrix";
import { parseLabConfig } from "../../stacks/schema";
import { type Answer, evidenceDir, FakeCluster, labOf } from "./checks.fake";

const lab = await loadLab("confluence");
const inForce = (values: Values = {}) => valuesInForce(lab.values, values);

let folder: string;
beforeEach(() => {
  folder = evidenceDir();
});
afterEach(() => rmSync(dirname(folder), { recursive: true, force: true }));

/** What a test changes of the world that the checks look at. */
interface World {
  readonly answer?: (where: string, command: string, n: number) => Answer | undefined;
  readonly values?: Values;
  readonly wanted?: number;
}

const ips = { "confluence-0": "10.244.0.7", "confluence-1": "10.244.1.7" } as const;
type Name = keyof typeof ips;
const other = (name: Name): Name => (name === "confluence-0" ? "confluence-1" : "confluence-0");
const at = (time: string, rest: string) => `2026-01-01 00:${time},000 ${rest}`;

/** What a member writes as it starts: alone, or one of two. */
const start = (name: Name, members: number) => [
  at("00:10", `INFO [main] [hazelcast.internal.cluster.ClusterService] [${ips[name]}]:5801 [c] [3.12.13] `),
  `Members {size:${members}, ver:${members}} [`,
  at(
    "00:10",
    `INFO [main] [monitoring.HazelcastMembershipListener] logClusterMembers Cluster now has ${members} members: []`,
  ),
];
const panicOf = (name: Name) => [
  at(
    "00:30",
    `WARN [Caesium-1-1] [hazelcast.HazelcastClusterSafetyManager] onNumbersAreDifferent Detected different number in database [${ips[other(name)].length}] and cache [7]. Cache number last set by [/${ips[name]}:5801]. Triggering panic on node [/${ips[name]}:5801]`,
  ),
  at(
    "00:30",
    "ERROR [Caesium-1-1] [confluence.cluster.safety.ClusterPanicListener] onClusterPanicEvent Received a panic event, stopping processing on the node: [Origin node: 1a listening on /x] Clustered Confluence: Database is being updated by an instance which is not part of the current cluster.",
  ),
];

const hex = (address: string) =>
  address
    .split(".")
    .reverse()
    .map((octet) => Number(octet).toString(16).padStart(2, "0").toUpperCase())
    .join("");
const socket = (local: string, remote: string, state: string) =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000  2002        0 1`;
const listening = (address: string) => socket(`${hex(address)}:16A9`, "00000000:0000", "0A");
const igmp = (link: string) =>
  `Idx\tDevice    : Count Querier\tGroup\n2\t${link}      :     2      V3\n\t\t\t\t010000E6     1 0:00000000\t\t0\n`;

const nameIn = (text: string) => /confluence-[01]/.exec(text)?.[0] as Name;

/** A stack of two replicas that are one cluster. */
function joined(where: string, command: string, n: number): Answer {
  if (command.includes("jsonpath=wanted=")) return "wanted=2";
  if (command.includes("select 6 * 7")) return "42";
  if (command.includes("from clustersafety")) return `1|${n}\n1|${n + 1}`;
  if (command.includes("{.spec.nodeName}")) return nameIn(command) === "confluence-0" ? "n1" : "n2";
  if (command.includes("{.status.podIP}")) return `${ips[nameIn(command)]} ${command.split(" ").at(-1)}`;
  if (command.includes("logs")) {
    return command.includes("--previous") ? { exitCode: 1, stderr: "not found" } : start(nameIn(command), 2).join("\n");
  }
  if (command.startsWith("date")) return "now 2026-01-01 00:00:50 interval 10 image stand-in:1";
  if (command.startsWith("cat /proc/net/igmp")) return igmp("eth0");
  if (command.includes("seek $1")) {
    const name = where as Name;
    const connection =
      name === "confluence-0"
        ? socket(`${hex(ips[name])}:16A9`, `${hex(ips[other(name)])}:9C40`, "01")
        : socket(`${hex(ips[name])}:9C40`, `${hex(ips[other(name)])}:16A9`, "01");
    return [`seek ${command.split(" ").at(-1)}`, listening(ips[name]), connection].join("\n");
  }
  if (command.includes("nc -z")) return "open";
  if (command.includes("/status")) return '{"state":"RUNNING"} 200\n{"state":"RUNNING"} 200\n';
  return "";
}

/** Two replicas that do not find each other, some panics later. */
function apart(where: string, command: string, n: number): Answer {
  const name = nameIn(command);
  if (command.includes("logs -l")) {
    return ["confluence-0", "confluence-1"]
      .flatMap((one) => [
        ...start(one as Name, 1).map((line) => `[pod/${one}/confluence] ${line}`),
        ...(one === "confluence-0" ? panicOf(one).map((line) => `[pod/${one}/confluence] ${line}`) : []),
      ])
      .join("\n");
  }
  if (command.includes("logs")) {
    return [...start(name, 1), ...(command.includes("--previous") ? panicOf(name) : [])].join("\n");
  }
  if (command.includes("restartCount")) return "2";
  if (command.includes("reason=Killing")) return "Container confluence failed liveness probe, will be restarted";
  if (command.includes("seek $1"))
    return [`seek ${command.split(" ").at(-1)}`, listening(ips[where as Name])].join("\n");
  return joined(where, command, n);
}

async function run(expectation: Expectation, { answer, values = {}, wanted = 2 }: World = {}) {
  const usual = expectation === "healthy" ? joined : apart;
  const cluster = new FakeCluster((where, command, n) => answer?.(where, command, n) ?? usual(where, command, n), 3);
  cluster.wanted = wanted;
  cluster.replicas = { 0: { node: "n1", ip: ips["confluence-0"] }, 1: { node: "n2", ip: ips["confluence-1"] } };
  const checks = { healthy: confluenceHealthy, symptom: confluenceSymptom };
  const options = { expect: expectation, values: inForce(values), evidenceDir: folder, clock: cluster.clock };
  const verdict = await runChecks(cluster, labOf([], { checks }), options);
  const byId = (id: string) => verdict.checks.find((check) => check.id === id);
  return { verdict, byId, failed: verdict.checks.filter(({ outcome }) => outcome === "failed").map(({ id }) => id) };
}

const ids = (expectation: Expectation, values: Values = {}) =>
  checksFor(lab, expectation, inForce(values)).map(({ id }) => id);

describe("the lab", () => {
  it("expects its bug with multicast on eth0 over Flannel, whatever the TTL, and health with each cure", () => {
    const state = (values: Values) => expectedState(lab, inForce(values));
    expect(state({})).toBe("symptom");
    expect(state({ multicastTtl: "32" })).toBe("symptom");
    const cures: Values[] = [
      { cni: "weave" },
      { join: "tcpIp" },
      { join: "kubernetes" },
      { interface: "net1" },
      { spread: "together" },
    ];
    for (const cure of cures) {
      expect(state(cure), JSON.stringify(cure)).toBe("healthy");
    }
  });

  it("has the article's probe, and everything that a cure needs", () => {
    expect(inForce()).toMatchObject({
      livenessProbe: "status",
      replicas: "2",
      networks: "macvlan-conf,macvlan-conf-2",
    });
  });

  it("compares six ways that a stack can be set to", () => {
    expect(lab.matrix && matrixProblems("confluence", lab.matrix)).toEqual([]);
    expect(lab.matrix?.rows).toHaveLength(6);
    for (const { values } of lab.matrix?.rows ?? []) {
      expect(() => parseLabConfig({ ...lab.values, ...values })).not.toThrow();
    }
  });

  it("has multicast and unicast looked at beside Confluence while it is broken", () => {
    expect(ids("symptom")).toEqual([
      ...["nodes-ready", "ping-across-nodes", "ping-nobody"],
      ...["udp-across-nodes", "multicast-same-node", "multicast-stays-on-node"],
      ...[
        "enough-replicas",
        "database-answers",
        "replicas-apart",
        "replica-addresses-flannel",
        "group-joined",
        "tcp-5801",
      ],
      ...["member-alone", "island", "panic", "panic-cause", "restarts"],
    ]);
  });

  it("asks nothing of Confluence where there is none", () => {
    const of = (values: Values) =>
      ids("healthy", values).filter((id) => confluenceHealthy.some((one) => one.id === id));
    expect(of({ confluence: "off" })).toEqual([]);
    expect(of({ cni: "none" })).toEqual([]);
    expect(of({ cni: "weave" })).toEqual([
      ...[
        "enough-replicas",
        "database-answers",
        "replicas-apart",
        "replica-addresses-weave",
        "group-joined",
        "tcp-5801",
      ],
      ...["members", "members-connected", "safety-number", "no-panic", "status-running"],
    ]);
    expect(of({ join: "tcpIp" })).not.toContain("group-joined");
    expect(of({ interface: "net1" })).toContain("listens-on-net1");
    expect(of({ interface: "net1" })).not.toContain("tcp-5801");
    expect(of({ spread: "together" })).toContain("replicas-together");
    expect(of({ spread: "together" })).not.toContain("replicas-apart");
  });

  it("asks the vendor's image for nothing that only the stand-in says", () => {
    const vendor = { confluenceImage: "atlassian/confluence:10.2.7", license: "key" };
    const own = ids("symptom").filter((id) => !ids("symptom", vendor).includes(id));
    expect(own).toEqual(["member-alone", "panic-cause"]);
    expect(ids("healthy", vendor)).toEqual(ids("healthy"));
  });

  it("without a probe has one panic, and nobody restarted", () => {
    const off = ids("symptom", { livenessProbe: "off" });
    expect(off).toContain("panic-of-elder");
    expect(off.filter((id) => ["panic", "panic-cause", "restarts"].includes(id))).toEqual([]);
  });
});

describe("while members panic", () => {
  it("it is shown of each, and told why", async () => {
    const { verdict, byId } = await run("symptom");
    expect(verdict.asExpected).toBe(true);
    expect(byId("panic")?.subjects.map(({ says }) => says)).toEqual([
      "confluence-0 on n1 has panicked: the database has the number 10, its cache 7, last set by /10.244.0.7:5801; /10.244.0.7:5801 panics",
      "confluence-1 on n2 has panicked: the database has the number 10, its cache 7, last set by /10.244.1.7:5801; /10.244.1.7:5801 panics",
    ]);
    expect(byId("restarts")?.subjects[0]?.says).toBe(
      "confluence-0 has been restarted 2 times: its container failed liveness probe",
    );
    expect(byId("member-alone")?.subjects[0]?.says).toBe("confluence-0 says: Members {size:1");
    expect(byId("island")?.subjects[1]?.says).toBe(
      "confluence-1 listens on 10.244.1.7, port 5801, and is connected with nobody",
    );
  });

  it("a panic may be in the log of now, before any restart", async () => {
    const { byId } = await run("symptom", {
      answer: (_, command) => {
        if (!command.includes("logs")) return undefined;
        const name = nameIn(command);
        return command.includes("--previous") ? { exitCode: 1 } : [...start(name, 1), ...panicOf(name)].join("\n");
      },
    });
    expect(byId("panic")?.outcome).toBe("passed");
  });

  it.each<[string, (where: string, command: string) => Answer | undefined, string[]]>([
    [
      "one never panics",
      (_, command) => (command.includes("logs confluence-1") ? start("confluence-1", 1).join("\n") : undefined),
      ["panic"],
    ],
    ["nobody is restarted", (_, command) => (command.includes("restartCount") ? "0" : undefined), ["restarts"]],
    [
      "the restarts are not the probe's",
      (_, command) => (command.includes("reason=Killing") ? "Stopping container" : undefined),
      ["restarts"],
    ],
    [
      "members find each other",
      (where, command) => (command.includes("seek $1") ? joined(where, command, 0) : undefined),
      ["island"],
    ],
    ["members do not listen", (_, command) => (command.includes("seek $1") ? "seek nobody" : undefined), ["island"]],
    [
      "they do not listen to the group",
      (_, command) => (command.startsWith("cat /proc/net/igmp") ? "" : undefined),
      ["group-joined"],
    ],
    [
      "they listen elsewhere",
      (_, command) => (command.startsWith("cat /proc/net/igmp") ? igmp("net1") : undefined),
      ["group-joined"],
    ],
    [
      "unicast does not get there either",
      (_, command) => (command.includes("nc -z") ? "closed" : undefined),
      ["tcp-5801"],
    ],
    [
      "they are on one node",
      (_, command) => (command.includes("{.spec.nodeName}") ? "n1" : undefined),
      ["replicas-apart"],
    ],
    [
      "the database is gone",
      (_, command) => (command.includes("6 * 7") ? { exitCode: 1, stderr: "no pod" } : undefined),
      ["database-answers"],
    ],
  ])("it is not shown where %s", async (_, answer, failed) => {
    const seen = await run("symptom", { answer });
    expect(seen.failed).toEqual(failed);
    expect(seen.verdict.asExpected).toBe(false);
  });

  it("the vendor's words do too", async () => {
    const spaced = (text: string) =>
      text
        .replace(/\[(\d+)\] and cache \[(\d+)\]/g, "[ $1 ] to the one in cache [ $2 ]")
        .replace(/Members \{size.*\n/g, "");
    const { verdict } = await run("symptom", {
      values: { confluenceImage: "atlassian/confluence:10.2.7" },
      answer: (where, command, n) => {
        const usual = apart(where, command, n);
        return command.includes("logs") && typeof usual === "string" ? spaced(usual) : undefined;
      },
    });
    expect(verdict.asExpected).toBe(true);
  });

  it("without a probe the elder is named", async () => {
    const { verdict, byId } = await run("symptom", { values: { livenessProbe: "off" } });
    expect(verdict.asExpected).toBe(true);
    expect(byId("panic-of-elder")?.subjects[0]?.says).toBe(
      "confluence-0 has panicked: the database has the number 10, its cache 7, last set by /10.244.0.7:5801; /10.244.0.7:5801 panics",
    );
    const calm = (_: string, command: string) =>
      command.includes("logs -l") ? "[pod/confluence-0/confluence] x" : undefined;
    expect((await run("symptom", { values: { livenessProbe: "off" }, answer: calm })).failed).toEqual([
      "panic-of-elder",
    ]);
  });
});

describe("when all are one cluster", () => {
  it("it is shown", async () => {
    const { verdict, byId } = await run("healthy");
    expect(verdict.asExpected).toBe(true);
    expect(byId("members")?.subjects.map(({ says }) => says)).toEqual([
      "confluence-0 on n1 says: the cluster has 2 members",
      "confluence-1 on n2 says: the cluster has 2 members",
    ]);
    expect(byId("members-connected")?.subjects[0]?.says).toBe(
      "confluence-0 and confluence-1 are connected, by 10.244.1.7:40000",
    );
    expect(byId("safety-number")?.subjects[0]?.says).toMatch(/^the safety number of the database is \d+, then \d+$/);
    expect(byId("status-running")?.subjects[2]?.says).toBe('n3 hears of the Service: {"state":"RUNNING"} 200');
    expect(byId("replica-addresses-flannel")?.subjects[0]?.says).toBe("confluence-0 has 10.244.0.7 of 10.244.0.0/16");
  });

  it.each<[string, (where: string, command: string) => Answer | undefined, string[]]>([
    [
      "one is alone",
      (_, command) =>
        command.includes("logs confluence-1") && !command.includes("previous")
          ? start("confluence-1", 1).join("\n")
          : undefined,
      ["members"],
    ],
    [
      "nothing connects them",
      (where, command) => (command.includes("seek $1") ? `seek x\n${listening(ips[where as Name])}` : undefined),
      ["members-connected"],
    ],
    [
      "the number is not renewed",
      (_, command) => (command.includes("from clustersafety") ? "1|5\n1|5" : undefined),
      ["safety-number"],
    ],
    [
      "there are two numbers",
      (_, command) => (command.includes("from clustersafety") ? "2|5\n2|6" : undefined),
      ["safety-number"],
    ],
    [
      "one has panicked",
      (_, command) =>
        command.includes("logs confluence-0") && !command.includes("previous")
          ? [...start("confluence-0", 2), ...panicOf("confluence-0")].join("\n")
          : undefined,
      ["no-panic"],
    ],
    [
      "it is too early to tell",
      (_, command) => (command.startsWith("date") ? "now 2026-01-01 00:00:49 interval 10 image x" : undefined),
      ["no-panic"],
    ],
    [
      "the Service leads to one that is not well, at times",
      (_, command) => (command.includes("/status") ? '{"state":"RUNNING"} 200\n{"state":"ERROR"} 500\n' : undefined),
      ["status-running"],
    ],
    [
      "a replica has an address of the CNI before",
      (_, command) => (command.includes("{.status.podIP}") ? "10.32.0.7 10.244.0.0/16" : undefined),
      ["replica-addresses-flannel"],
    ],
  ])("it is not shown where %s", async (_, answer, failed) => {
    const seen = await run("healthy", { answer });
    expect(seen.failed).toEqual(failed);
    expect(seen.verdict.asExpected).toBe(false);
  });

  it("on net1 each listens there and nowhere else", async () => {
    const status = (name: Name) =>
      JSON.stringify(
        [
          { interface: "eth0", ips: [ips[name]] },
          { name: "x", interface: "net1", ips: ["192.168.0.101"] },
        ],
        undefined,
        4,
      );
    const answer = (address: string) => (_: string, command: string) => {
      if (command.includes("network-status")) return status(nameIn(command));
      if (command.startsWith("cat /proc/net/igmp")) return igmp("net1");
      return command.includes("seek $1")
        ? [
            `seek ${Object.values(ips).join(",")}`,
            listening(address),
            socket(`${hex(address)}:16A9`, `${hex("10.244.1.7")}:9C40`, "01"),
          ].join("\n")
        : undefined;
    };
    const values = { interface: "net1" };
    expect((await run("healthy", { values, answer: answer("192.168.0.101") })).verdict.asExpected).toBe(true);
    expect((await run("healthy", { values, answer: answer("0.0.0.0") })).failed).toEqual(["listens-on-net1"]);
  });

  it("all on one node are seen to be", async () => {
    const on = (node: (name: Name) => string) => (_: string, command: string) =>
      command.includes("{.spec.nodeName}") ? node(nameIn(command)) : undefined;
    const values = { spread: "together" };
    expect((await run("healthy", { values, answer: on(() => "n3") })).verdict.asExpected).toBe(true);
    expect((await run("healthy", { values, answer: on((name) => name) })).failed).toEqual(["replicas-together"]);
  });
});

describe.each<Expectation>(["healthy", "symptom"])("with too few replicas, expecting %s", (expectation) => {
  it.each([
    ["0", "wanted=0"],
    ["1", "wanted=1"],
    ["(none)", ""],
  ])("%s wanted: no verdict is given, and why is said", async (wanted, printed) => {
    const { verdict, byId, failed } = await run(expectation, {
      wanted: printed === "" ? undefined : Number(wanted),
      answer: (_, command) => (command.includes("jsonpath=wanted=") ? printed : undefined),
    });
    expect(verdict.asExpected).toBe(false);
    expect(failed).toEqual(["enough-replicas"]);
    expect(byId("enough-replicas")?.subjects[0]?.says).toBe(
      `no verdict can be given: ${wanted} replicas are wanted, and only two or more can be one cluster or panic; set replicas to 2`,
    );
    expect(byId(expectation === "healthy" ? "members" : "panic")?.outcome).toBe("inconclusive");
  });
});

describe("why a replica is not as it should be", () => {
  const because = async (evidence: string, text: string) => {
    const { byId } = await run("healthy", {
      answer: (_, command) => {
        if (command.includes("logs confluence-0"))
          return command.includes("--tail=-1") ? "" : evidence === "log" ? text : "";
        return command.includes("describe pod confluence-0") && evidence === "describe" ? text : undefined;
      },
    });
    return byId("members")?.subjects[0]?.causes ?? [];
  };

  it.each([
    [
      "describe",
      "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.",
      "no node is left for confluence-0: with spread node each replica wants one of its own",
    ],
    [
      "describe",
      "Reason:  ErrImageNeverPull",
      "the image of confluence-0 can't be had on its node (ErrImageNeverPull)",
    ],
    ["describe", "Reason:   OOMKilled", "confluence-0 has been killed as it wanted more memory than its limit"],
    [
      "describe",
      "Warning  FailedCreatePodSandBox  2s  kubelet  Failed to create pod sandbox: error dialing DHCP daemon",
      "confluence-0 gets no network: error dialing DHCP daemon",
    ],
    [
      "log",
      at(
        "00:10",
        "ERROR [main] [x] start The node can't start: Database jdbc:postgresql://db/c can't be used by confluence: FATAL: password authentication failed. See ATL_JDBC_USER",
      ),
      "confluence-0 can't use its database as confluence: FATAL: password authentication failed. See ATL_JDBC_USER",
    ],
    [
      "log",
      "confluence-node: ATL_CLUSTER_TTL is not set; allowed: a whole number from 0 to 255",
      "confluence-0 refuses its settings: ATL_CLUSTER_TTL is not set; allowed: a whole number from 0 to 255",
    ],
  ])("is told from its %s", async (evidence, text, cause) => {
    expect(await because(evidence, text)).toContain(cause);
  });
});
