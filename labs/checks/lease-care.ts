import type { Check } from "../../checks/language/check";
import {
  allPods,
  duplicatesOf,
  type LeaseRow,
  type LeaseState,
  type LeaseView,
  leaseRows,
  namesOf,
  readLeasedPods,
  readLeases,
} from "../../checks/readers/leases";
import { leaseFile } from "../../components/networks/names";
import { daemonLog } from "./leased";
import { withNetwork } from "./second-network";

const when = withNetwork("leased");
const all = /^[\s\S]*$/;

/** A reader of what the server, the pods and the daemons say together. */
const readAll = (answer: (rows: readonly LeaseRow[], view: LeaseView) => string) => ({
  from: ["leases", "pods"],
  pattern: all,
  as: (text: string) => {
    const [, now = "0", leaseSeconds = "0"] = /^now (\d+) lease (\d+)/.exec(text) ?? [];
    const [at, start] = [Number(now) * 1000, text.indexOf("{")];
    const view = {
      leases: readLeases(text.slice(0, start), at),
      ...readLeasedPods(text.slice(start)),
      leaseSeconds: Number(leaseSeconds),
      now: at,
    };
    return answer(leaseRows(view), view);
  },
});
const rowsOf = (...states: readonly LeaseState[]) => readAll((rows) => namesOf(rows, states));

/** Whoever holds an address, somebody else knows of it: the server by its lease, the daemon by renewing it. */
export const leaseCare: Check = {
  id: "lease-care",
  title: "Every address by DHCP belongs to one pod, is renewed, and is known to the server; none is orphaned",
  subjects: "once",
  when,
  steps: [
    {
      id: "leases",
      at: "dhcp-server",
      run: ["sh", "-c", `echo "now $(date +%s) lease $1"; cat ${leaseFile}`, "sh", "{config.dhcpLease}"],
    },
    { id: "pods", at: "kubectl", run: allPods },
  ],
  read: {
    held: readAll((rows) => String(rows.filter(({ pod }) => pod !== undefined).length)),
    orphans: rowsOf("orphan"),
    leftBehind: readAll((rows) => namesOf(rows, ["left behind"]) || "nothing"),
    unrenewed: rowsOf("not renewed"),
    unknown: rowsOf("no lease"),
    duplicates: readAll((_, { pods }) => duplicatesOf(pods)),
  },
  expect: [
    { value: "held", matches: /^[1-9]/ },
    { value: "duplicates", equals: "" },
    { value: "unknown", equals: "" },
    { value: "unrenewed", equals: "" },
    { value: "orphans", equals: "" },
  ],
  timing: { bySeconds: 20, everySeconds: 2 },
  controls: { positive: ["leased-pods"] },
  says: {
    holds:
      "{value.held} pods hold an address each, and their daemons renew it; left behind by pods of earlier daemons: {value.leftBehind}",
    fails:
      "addresses are not cared for; of two pods: [{value.duplicates}]; unknown to the server: [{value.unknown}]; renewed by nobody, as the daemon has started since or is gone (recreate these pods, and it asks for them): [{value.unrenewed}]; of no pod: [{value.orphans}]",
  },
  evidence: [{ id: "server-log", at: "dhcp-log", run: ["--since", "300s"] }],
};

const changedLease = {
  topic: "the lease of a pod that is deleted",
  subjects: "node",
  when,
  change: [
    {
      id: "delete",
      at: "kubectl",
      run: ["-n", "{namespace}", "delete", "pod", "{leasedPod}", "--timeout=60s"],
      timeoutSeconds: 70,
    },
  ],
  restore: [
    {
      id: "wait",
      at: "kubectl",
      run: ["-n", "{namespace}", "rollout", "status", "daemonset/leased", "--timeout=90s"],
      timeoutSeconds: 95,
    },
  ],
  steps: [
    // A lease that nobody gives back lasts for at least half its time: daemons renew it at half.
    { id: "lease", at: "dhcp-server", run: ["grep", "-c", "-F", "{leasedMac}", leaseFile], exits: [0, 1] },
    { id: "all", at: "dhcp-server", run: ["grep", "-c", ".", leaseFile], exits: [0, 1] },
  ],
  read: { left: { pattern: /^\d+/ }, leases: { from: "all", pattern: /^\d+/ } },
  controls: { positive: ["leased-at-server"] },
  evidence: [
    { id: "leases", at: "dhcp-server", run: ["cat", leaseFile] },
    { id: "server-log", at: "dhcp-log", run: ["--since", "120s"] },
    daemonLog,
  ],
} as const;

/** A pod that goes gives its address back. */
export const leaseReleased: Check = {
  ...changedLease,
  id: "lease-released",
  title: "A pod that is deleted gives its address back to the DHCP server",
  expect: [{ value: "left", equals: "0" }],
  timing: { bySeconds: 15, everySeconds: 1 },
  says: {
    holds: "{leasedNet1} of {leasedPod} was given back when the pod was deleted",
    fails: "the server still holds {leasedNet1} for {leasedMac}, whose pod {leasedPod} is gone",
  },
  causes: [
    {
      evidence: "server-log",
      pattern: /^(?![\s\S]*DHCPRELEASE)[\s\S]*DHCP/,
      says: "no DHCPRELEASE has come to the server",
    },
  ],
};

/** The bug of the plugin: its RELEASE never leaves the node, so every pod that was takes an address with it. */
export const leaseStays: Check = {
  ...changedLease,
  id: "lease-stays",
  title: "A pod that is deleted takes its address with it: the DHCP server never hears of its end",
  expect: [{ value: "left", equals: "1" }],
  timing: { throughoutSeconds: 12, everySeconds: 3 },
  says: {
    holds:
      "{leasedPod} is gone, and the server still holds {leasedNet1} for {leasedMac}; it holds {value.leases} addresses of {config.dhcpRange} for {nodes.count} pods",
    fails: "the server no longer holds {leasedNet1}, or it can't be seen; leases of {leasedMac}: {value.left}",
  },
};
