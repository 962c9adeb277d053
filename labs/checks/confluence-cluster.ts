import type { Check } from "../../checks/language/check";
import { confluenceNames } from "../../components/confluence/names";
import {
  askDatabase,
  eachReplica,
  psql,
  replicaCauses,
  replicaEvidence,
  replicaLog,
  wholeWorkload,
  withConfluence,
  workloadCauses,
  workloadEvidence,
} from "./confluence-evidence";
import { calmSince, lastMembers } from "./confluence-log";
import { connectionBetween, tcpSockets } from "./confluence-sockets";
import { nodeNetwork, nodeNetworkCauses } from "./evidence";
import { asksService } from "./service-ip";

const { postgres, hazelcastPort, servicePort } = confluenceNames;
const all = /^[\s\S]*$/;
const whole = "--tail=-1";

/** Members and the checks of them need the database. */
export const databaseAnswers: Check = {
  ...wholeWorkload,
  id: "database-answers",
  title: "The database answers",
  steps: [askDatabase("ask", psql("select 6 * 7"), 10)],
  read: { answer: { pattern: /^\d+$/m } },
  expect: [{ value: "answer", equals: "42" }],
  timing: { bySeconds: 60, everySeconds: 2 },
  says: { holds: `${postgres}-0 answers`, fails: `the database in ${postgres}-0 does not answer` },
};

/** All in one cluster, as each of them sees it last. */
export const members: Check = {
  ...eachReplica,
  id: "members",
  title: "Every replica says that its cluster has all replicas as members",
  topic: "the cluster that each replica is in",
  steps: [replicaLog("log", "", whole)],
  read: { members: { pattern: lastMembers } },
  expect: [{ value: "members", equals: "{replicas.count}" }],
  timing: { bySeconds: 150, everySeconds: 2 },
  says: {
    holds: "{replicaPod} on {node} says: the cluster has {value.members} members",
    fails:
      "{replicaPod} on {node} says that its cluster has {value.members} members, and {replicas.count} there should be",
  },
};

/** What members say to each other goes by TCP, whichever way they have found each other. */
export const membersConnected: Check = {
  id: "members-connected",
  title: `Every two members are connected by TCP, port ${hazelcastPort}`,
  subjects: "replica-pair",
  when: withConfluence,
  steps: [
    tcpSockets("from-tcp", "from.replica", "{to.replicaAddresses}"),
    tcpSockets("to-tcp", "to.replica", "{from.replicaAddresses}"),
  ],
  read: { connection: { from: ["from-tcp", "to-tcp"], pattern: all, as: connectionBetween } },
  expect: [{ value: "connection", matches: /^\d/ }],
  timing: { bySeconds: 60, everySeconds: 2 },
  controls: { positive: ["members"] },
  says: {
    holds: "{from.replicaPod} and {to.replicaPod} are connected, by {value.connection}",
    fails: "{from.replicaPod} and {to.replicaPod} are not connected: {value.connection}",
  },
  evidence: [...replicaEvidence("from."), ...replicaEvidence("to."), ...nodeNetwork("from."), ...nodeNetwork("to.")],
  causes: [
    ...replicaCauses("from."),
    ...replicaCauses("to."),
    ...nodeNetworkCauses("from."),
    ...nodeNetworkCauses("to."),
  ],
};

const numbers = psql("select count(*), min(safetynumber) from clustersafety");

/** Prints what the table holds, and what it holds as soon as that is something else, or once the job must have run. */
const untilRenewed = [
  `first=$(${numbers}); then=$first; end=$(($(date +%s) + {config.safetyInterval} + 2))`,
  `while [ "$then" = "$first" ] && [ "$(date +%s)" -lt $end ]; do sleep 1; then=$(${numbers}); done`,
  'echo "$first"; echo "$then"',
].join("\n");

/** One cluster writes, and has one row to write into. */
export const safetyNumber: Check = {
  id: "safety-number",
  title: "The database holds one safety number, and the cluster renews it",
  subjects: "once",
  when: withConfluence,
  steps: [askDatabase("numbers", untilRenewed, 80)],
  read: {
    rows: { pattern: /^(\d+)\|/m },
    numbers: {
      pattern: /^\d+\|-?\d+\n\d+\|-?\d+$/m,
      as: (text) => text.replace(/^\d+\|/gm, "").replace("\n", ", then "),
    },
    renewed: { pattern: all, as: (text) => (/^(\d+\|-?\d+)\n(?!\1$)\d+\|-?\d+$/m.test(text) ? "yes" : "no") },
  },
  expect: [
    { value: "rows", equals: "1" },
    { value: "renewed", equals: "yes" },
  ],
  timing: { bySeconds: 150, everySeconds: 2 },
  controls: { positive: ["members", "database-answers"] },
  says: {
    holds: "the safety number of the database is {value.numbers}",
    fails: "the database holds {value.rows} safety numbers; the first is {value.numbers}; renewed: {value.renewed}",
  },
  evidence: [askDatabase("table", psql("select * from clustersafety"), 10), ...workloadEvidence],
  causes: [
    {
      evidence: "table",
      pattern: /\|[^\n]*\n[^\n]*\|/,
      says: "the table clustersafety has two rows, which is a fault of its own: members compare with either",
    },
    ...workloadCauses,
  ],
};

/** Who is not alone in writing finds another's number at the next run of the job. */
export const noPanic: Check = {
  ...eachReplica,
  id: "no-panic",
  title: "No member has panicked, for four safety intervals since the cluster has been one",
  topic: "panics",
  steps: [
    {
      id: "now",
      at: "replica",
      run: [
        ...["date", "-u"],
        "+now %Y-%m-%d %H:%M:%S interval {config.safetyInterval} image {config.confluenceImage}",
      ],
    },
    replicaLog("log", "", whole),
  ],
  read: { calm: { from: ["now", "log"], pattern: all, as: calmSince } },
  expect: [{ value: "calm", equals: "calm" }],
  // Four of the longest interval that a stack can be set to.
  timing: { bySeconds: 260, everySeconds: 3 },
  controls: { positive: ["members"] },
  says: {
    holds: "{replicaPod} has not panicked, for at least four times {config.safetyInterval} s",
    fails: "{replicaPod} has not gone without a panic for four times {config.safetyInterval} s: {value.calm}",
  },
};

/** What users see of it. */
export const statusRunning: Check = {
  id: "status-running",
  title: "Confluence's Service says RUNNING, asked from every node, time and again",
  subjects: "node",
  reach: asksService,
  when: withConfluence,
  steps: [
    {
      id: "status",
      at: "pod",
      run: [
        "sh",
        "-c",
        `for i in 1 2 3 4 5 6 7 8; do curl -sS -m 3 -w ' %{http_code}\\n' http://{confluence.ip}:${servicePort}/status || echo "curl exit $?"; done`,
      ],
      timeoutSeconds: 30,
    },
  ],
  read: { answers: { pattern: all, as: distinctLines } },
  expect: [{ value: "answers", equals: '{"state":"RUNNING"} 200' }],
  timing: { bySeconds: 90, everySeconds: 2 },
  controls: { positive: ["enough-replicas"] },
  says: {
    holds: "{node} hears of the Service: {value.answers}",
    fails: "{node} does not hear from the Service only that it is RUNNING, but: {value.answers}",
  },
  evidence: [...workloadEvidence, ...nodeNetwork("")],
  causes: [
    ...workloadCauses,
    {
      evidence: "workload",
      pattern: new RegExp(`^endpoints/${confluenceNames.name}\\s+<none>`, "m"),
      says: "no replica is ready, so that the Service leads nowhere",
    },
    ...nodeNetworkCauses(""),
  ],
};

function distinctLines(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== ""))].sort().join("; ");
}
