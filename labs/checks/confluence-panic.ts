import type { Check } from "../../checks/language/check";
import { confluenceNames } from "../../components/confluence/names";
import { images } from "../../lib/versions";
import { eachReplica, replicaLog, wholeWorkload, withConfluence } from "./confluence-evidence";
import { panicMarker, panicReason } from "./confluence-log";
import { onceItRuns } from "./confluence-network";
import { connectedWith, listensOn, tcpSockets } from "./confluence-sockets";

const { namespace, name } = confluenceNames;
const all = /^[\s\S]*$/;

/** Lines that only the stand-in is sure to write. */
const standIn = { confluenceImage: [images.confluenceNode] };

/** How long the panics of two members take that restart each other: about 90 s after the second one's start. */
const pingPong = { bySeconds: 150, everySeconds: 3 };

const whole = ["--tail=-1"];

/** With a probe that restarts them, members take turns: each one panics when the other has started anew. */
export const panic: Check = {
  ...eachReplica,
  id: "panic",
  title: "Every replica has panicked, as the other one writes into the same database",
  topic: "panics",
  when: { ...withConfluence, livenessProbe: ["status"] },
  steps: [replicaLog("log", "", ...whole), replicaLog("log-before", "", ...whole, "--previous")],
  read: {
    marker: { from: ["log-before", "log"], pattern: panicMarker },
    why: { from: ["log-before", "log"], pattern: all, as: panicReason },
  },
  expect: [{ value: "marker", matches: /./ }],
  timing: pingPong,
  controls: { positive: ["enough-replicas", "replicas-apart"] },
  says: {
    holds: "{replicaPod} on {node} has panicked: {value.why}",
    fails: "{replicaPod} on {node} has not panicked: neither its log nor the one before its last restart says so",
  },
};

/** Without one, the elder panics and stays as it is. */
export const panicOfElder: Check = {
  ...wholeWorkload,
  id: "panic-of-elder",
  title: "A replica has panicked, as the other one writes into the same database, and nobody restarts it",
  when: { ...withConfluence, livenessProbe: ["off"] },
  steps: [
    {
      id: "logs",
      at: "kubectl",
      run: ["-n", namespace, "logs", "-l", `app.kubernetes.io/name=${name}`, "--prefix", ...whole],
      timeoutSeconds: 15,
    },
  ],
  read: {
    who: { pattern: new RegExp(`^\\[pod/(\\S+?)/${name}\\] [^\\n]*${panicMarker.source}`, "m") },
    why: { pattern: all, as: panicReason },
  },
  expect: [{ value: "who", matches: /./ }],
  timing: { bySeconds: 90, everySeconds: 3 },
  controls: { positive: ["enough-replicas", "replicas-apart"] },
  says: {
    holds: "{value.who} has panicked: {value.why}",
    fails: "no replica has panicked: no log says so",
  },
};

/** What the safety job has compared, and what it has found. */
export const panicCause: Check = {
  ...panic,
  id: "panic-cause",
  topic: undefined,
  title: "The number in the database was not the one in the member's cache: somebody else has set it",
  when: { ...withConfluence, ...standIn, livenessProbe: ["status"] },
  read: { cause: { from: ["log-before", "log"], pattern: all, as: panicReason } },
  expect: [
    { value: "cause", matches: /^the database has the number -?\d+, its cache -?\d+, last set by \S+; \S+ panics$/ },
  ],
  controls: { positive: ["panic"] },
  says: {
    holds: "{replicaPod}: {value.cause}",
    fails: "the log of {replicaPod} does not tell what has differed: {value.cause}",
  },
};

/** The probe restarts a member that has panicked, and with that brings about the other one's panic. */
export const restarts: Check = {
  ...eachReplica,
  id: "restarts",
  title: "Every replica has been restarted by its liveness probe",
  when: { ...withConfluence, livenessProbe: ["status"] },
  steps: [
    {
      id: "count",
      at: "kubectl",
      run: [
        ...["-n", namespace, "get", "pod", "{replicaPod}", "-o"],
        "jsonpath={.status.containerStatuses[0].restartCount}",
      ],
    },
    {
      id: "killed",
      at: "kubectl",
      run: [
        ...["-n", namespace, "get", "events", "--field-selector", "involvedObject.name={replicaPod},reason=Killing"],
        ...["-o", "jsonpath={.items[*].message}"],
      ],
    },
  ],
  read: { count: { pattern: /\d+/ }, why: { from: "killed", pattern: /failed liveness probe/ } },
  expect: [
    { value: "count", matches: /^[1-9]/ },
    { value: "why", matches: /./ },
  ],
  timing: pingPong,
  controls: { positive: ["enough-replicas", "replicas-apart"] },
  says: {
    holds: "{replicaPod} has been restarted {value.count} times: its container {value.why}",
    fails: "{replicaPod} has been restarted {value.count} times; that its container failed its probe: {value.why}",
  },
};

/** Hazelcast says nothing of having found nobody: it makes itself the first of a cluster of one. */
export const memberAlone: Check = {
  ...eachReplica,
  id: "member-alone",
  title: "Every member is the only one of its cluster, by its own words",
  topic: "the cluster that each replica is in",
  when: { ...withConfluence, ...standIn },
  steps: [replicaLog("log", "", ...whole)],
  read: { size: { pattern: /^[\s\S]*Members \{size:(\d+)/ } },
  expect: [{ value: "size", equals: "1" }],
  timing: { bySeconds: 90, everySeconds: 2 },
  says: {
    holds: "{replicaPod} says: Members {size:{value.size}",
    fails: "{replicaPod} is not alone, or does not say so: its cluster has {value.size} members",
  },
};

/** The same by its sockets, which every image has. */
export const island: Check = {
  ...eachReplica,
  id: "island",
  title: "Every member listens for others, and is connected with none",
  steps: [tcpSockets("tcp", "replica")],
  read: { listens: { pattern: all, as: listensOn }, peers: { pattern: all, as: connectedWith } },
  expect: [
    { value: "listens", matches: /./ },
    { value: "peers", equals: "nobody" },
  ],
  timing: onceItRuns,
  says: {
    holds: `{replicaPod} listens on {value.listens}, port ${confluenceNames.hazelcastPort}, and is connected with {value.peers}`,
    fails: `{replicaPod} is no island: it listens on [{value.listens}], port ${confluenceNames.hazelcastPort}, and is connected with {value.peers}`,
  },
};
