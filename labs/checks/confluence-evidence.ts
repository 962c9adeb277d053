import type { Cause, Check, Step } from "../../checks/language/check";
import { confluenceNames } from "../../components/confluence/names";
import { withCni } from "./with-cni";

const { namespace, port, postgres, database } = confluenceNames;

/** Where a stack has Confluence, and a network for it. */
export const withConfluence = { ...withCni, confluence: ["on"] } satisfies Check["when"];

type End = "" | "from." | "to.";

const idOf = (end: End, id: string) => (end === "" ? id : `${end.slice(0, -1)}-${id}`);

/** The log of a replica's container, or of the one before it. */
export function replicaLog(id: string, end: End, ...more: readonly string[]): Step {
  return {
    id,
    at: "kubectl",
    run: ["-n", namespace, "logs", `{${end}replicaPod}`, "-c", confluenceNames.container, ...more],
    // That there is none before it is seen, and no failure.
    exits: [0, 1],
    timeoutSeconds: 15,
  };
}

/** What one looks at by hand where a member is not as it should be: its log, its state, its sockets. */
export function replicaEvidence(end: End): readonly Step[] {
  const id = (name: string) => idOf(end, name);
  return [
    replicaLog(id("pod-log"), end, "--tail=120"),
    replicaLog(id("pod-log-before"), end, "--tail=60", "--previous"),
    { id: id("describe"), at: "kubectl", run: ["-n", namespace, "describe", "pod", `{${end}replicaPod}`] },
    {
      id: id("status"),
      at: `${end}pod`,
      run: ["curl", "-sS", "-m", "3", "-w", " %{http_code}", `http://{${end}replicaIp}:${port}/status`],
    },
    {
      id: id("sockets"),
      at: `${end}replica`,
      run: ["sh", "-c", 'cd /proc/net && for file in igmp udp tcp tcp6; do echo "== $file"; cat $file; done'],
    },
  ];
}

/** What of these tells why, by itself. */
export function replicaCauses(end: End): readonly Cause[] {
  const [log, describe] = [idOf(end, "pod-log"), idOf(end, "describe")];
  const pod = `{${end}replicaPod}`;
  return [
    {
      evidence: describe,
      pattern: /didn't match pod (?<kind>anti-)?affinity rules/,
      says: `no node is left for ${pod}: with spread node each replica wants one of its own`,
    },
    {
      evidence: describe,
      pattern: /(?<state>ErrImageNeverPull|ErrImagePull|ImagePullBackOff)/,
      says: `the image of ${pod} can't be had on its node ({found.state})`,
    },
    {
      evidence: describe,
      pattern: /Reason:\s+OOMKilled/,
      says: `${pod} has been killed as it wanted more memory than its limit`,
    },
    {
      evidence: describe,
      pattern: /Warning\s+FailedCreatePodSandBox[^\n]*: (?<why>[^\n]{1,200})/,
      says: `${pod} gets no network: {found.why}`,
    },
    {
      evidence: log,
      pattern: /Database \S+ can't be used by (?<user>\S+): (?<why>[^\n]*)/,
      says: `${pod} can't use its database as {found.user}: {found.why}`,
    },
    {
      evidence: log,
      pattern: /^confluence-node: (?<problem>[^\n]*)/m,
      says: `${pod} refuses its settings: {found.problem}`,
    },
    {
      evidence: log,
      pattern: /(?<line>Detected different number in database[^\n]*)/,
      says: `${pod} has panicked: {found.line}`,
    },
    {
      evidence: idOf(end, "status"),
      pattern: /"state":"(?<state>ERROR|STARTING|STOPPING)"/,
      says: `${pod} says that it is {found.state}`,
    },
  ];
}

/** The pods and what has befallen them, for checks that look at no single one. */
export const workloadEvidence: readonly Step[] = [
  {
    id: "workload",
    at: "kubectl",
    run: ["-n", namespace, "get", "statefulsets,pods,services,endpoints", "-o", "wide"],
  },
  { id: "happenings", at: "kubectl", run: ["-n", namespace, "get", "events", "--sort-by", ".lastTimestamp"] },
  {
    id: "database-log",
    at: "kubectl",
    run: ["-n", namespace, "logs", `statefulset/${postgres}`, "-c", postgres, "--tail=60"],
  },
];

/** What those tell by themselves. */
export const workloadCauses: readonly Cause[] = [
  {
    evidence: "workload",
    pattern: new RegExp(`^pod/${postgres}-0\\s+0/1\\s+(?<state>\\S+)`, "m"),
    says: `the database's pod ${postgres}-0 is not ready ({found.state})`,
  },
  {
    evidence: "database-log",
    pattern: /FATAL: +(?<why>[^\n]*)/,
    says: "the database has refused somebody: {found.why}",
  },
];

/** A check of each replica, and what is looked at where it does not hold. */
export const eachReplica = {
  subjects: "replica",
  when: withConfluence,
  controls: { positive: ["enough-replicas"] },
  evidence: replicaEvidence(""),
  causes: replicaCauses(""),
} as const satisfies Partial<Check>;

/** The same of Confluence and its database as a whole. */
export const wholeWorkload = {
  subjects: "once",
  when: withConfluence,
  evidence: workloadEvidence,
  causes: workloadCauses,
} as const satisfies Partial<Check>;

/** A question to the database, asked in its own pod: no password is needed there. */
export function askDatabase(id: string, script: string, timeoutSeconds: number): Step {
  return {
    id,
    at: "kubectl",
    run: ["exec", "-n", namespace, `${postgres}-0`, "-c", postgres, "--", "sh", "-c", script],
    timeoutSeconds,
  };
}

/** The command in that script that runs one statement and prints what it gives, fields parted by bars. */
export function psql(statement: string): string {
  return `psql -U ${database} -d ${database} -At -c '${statement}'`;
}
