import { describe, expect, it, test } from "vitest";
import { readValues } from "../../checks/engine/judge";
import { subjectsOf } from "../../checks/engine/subjects";
import type { CheckVerdict, Verdict } from "../../checks/engine/verdict";
import type { Check } from "../../checks/language/check";
import type { Between } from "../../checks/language/reach";
import { sends, shownReach } from "../../checks/language/shown-reach";
import type { Expectation } from "../../checks/language/values";
import { loadLabs } from "../../labs";
import type { Lab } from "../../labs/format/lab-data";
import { matrices } from "../../report/page/matrix";
import { reach } from "../../report/page/sections/reach";
import { flannelTopology, flannelVerdict, pageModel, shownBy, textOf } from "./page.fixture";

const labs = await loadLabs();
const withBug = labs.filter(({ checks }) => checks.symptom !== undefined);

const answered = { ping: "3 packets transmitted, 3 received", who: 'sought probe-b\n{"pod":"probe-b"}' };

/** What the steps of some checks print where their claim holds, and the count that arrived is not claimed by itself. */
const printed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "ping-across-nodes": answered,
  "ping-same-node": answered,
  "own-bridge": { way: "10.1.5.4 dev cni0 src 10.1.5.1 uid 0", seen: "", ping: "4 packets transmitted, 4 received" },
  "ping-between-stale": { ping: "ping: connect: Network is unreachable", self: "1 received" },
  "tcp-5801": { connect: "open" },
  "weave-port": { weave: "open", nobody: "closed" },
};

/** The value that counts what arrived, as it is where the check's claim holds. */
function arrivedWhereHolds(check: Check): string {
  const shown = shownReach(check);
  const outputs = printed[check.id];
  if (shown === undefined) return "";
  if (outputs !== undefined) {
    const records = Object.entries(outputs).map(([id, stdout]) => ({
      id,
      where: "",
      startedAt: "",
      ran: { argv: [], exitCode: 0, stdout, stderr: "", ms: 1 },
    }));
    return readValues(check, records)[shown.arrived] ?? "";
  }
  const claim = check.expect.find(({ value }) => value === shown.arrived);
  if (claim !== undefined && "equals" in claim) return claim.equals;
  if (claim !== undefined && "matches" in claim && claim.matches.test(String(shown.sent))) return String(shown.sent);
  throw new Error(`${check.id}: what arrives where it holds is not known; say what its steps print`);
}

/** A run in which each check of a list holds. */
function verdictOf(lab: Lab, expected: Expectation): Verdict {
  const checks = (lab.checks[expected] ?? []).flatMap((check): CheckVerdict[] => {
    const shown = shownReach(check);
    if (shown === undefined) return [];
    const nodes = ["n1", "n2"].map((name) => ({ name, container: name, address: "" }));
    const subjects = subjectsOf(check.subjects, { nodes, replicas: ["confluence-0", "confluence-1"] });
    const values = { [shown.arrived]: arrivedWhereHolds(check) };
    return [
      shownBy(
        check,
        subjects.map(({ label }) => [label, "passed", values]),
      ),
    ];
  });
  return { ...flannelVerdict(), lab: lab.id, expect: expected, checks };
}

const arrivals = (lab: Lab, expected: Expectation) =>
  matrices(verdictOf(lab, expected)).flatMap(({ title, cells }) =>
    cells
      .filter(({ state }) => state !== "nothing")
      .map(({ from, to }) => `${title} ${from === to ? "on a node" : ""}`),
  );

/** What each lab's symptom denies, as a pattern of tables and places; where none is denied, why not. */
const denied: Readonly<Record<string, RegExp | "nothing of who reaches whom">> = {
  "cloned-machine-id": /^(Pods|Replicas)/,
  "cni-leftover": /^Pods: multicast $/,
  confluence: /^Pods: multicast $/,
  "dhcp-bad-routes": /^Pods by net1, leased/,
  "dhcp-lease-leak": "nothing of who reaches whom",
  "dhcp-no-daemon": /^Pods by net1, leased/,
  "flannel-etcd-same-subnet": /^Pods: .* $/,
  "flannel-wrong-interface": /^Pods: .* $/,
  "forward-dropped": /^Pods: .* $/,
  "macvlan-duplicate-ip": /^Pods by net1, static/,
  "stale-pods": /^Pods/,
};

describe("the page of a lab that shows its bug", () => {
  it("is known by what its symptom denies", () => {
    expect(Object.keys(denied)).toEqual(withBug.map(({ id }) => id));
  });

  it.each(withBug)("claims no arrival that the symptom denies: $id", (lab) => {
    const pattern = denied[lab.id];
    const found = arrivals(lab, "symptom").filter((arrival) => pattern instanceof RegExp && pattern.test(arrival));
    expect(found).toEqual([]);
  });

  it("has the pods' own table where pods of two nodes are lost, and the control beside it under its own name", () => {
    const lab = labs.find(({ id }) => id === "flannel-etcd-same-subnet") as Lab;
    const text = textOf(String(reach(pageModel(flannelTopology(), verdictOf(lab, "symptom"))) ?? ""));
    expect(text).toContain(
      "Pods: unicast pings from a pod to a pod to n1 to n2 n1 ● 3 of 3 ○ 0 of 4 as expected n2 ○ 0 of 4 as expected ● 3 of 3",
    );
    expect(text).toContain("Nodes on the LAN: unicast 3 pings from a node to a node, without the pods&#39; network");
  });
});

test.each(labs)("all that is to arrive when all is well arrives on the page: $id", (lab) => {
  const lost = matrices(verdictOf(lab, "healthy")).flatMap(({ title, cells }) =>
    cells.filter(({ state }) => state !== "arrives").map(() => title),
  );
  // Of the two checks on multicast a run makes the one that its CNI asks for.
  expect([...new Set(lost)]).toEqual(["Pods: multicast"]);
});

const places: Readonly<Record<Between, RegExp>> = {
  pods: /^(from|to)\.pod /,
  nodes: /^from\.node /,
  "net1-static": /^from\.static .* -I net1 /,
  "net1-leased": /^from\.leased .* -I net1 /,
  "pod-and-replica": /^from\.pod /,
};
const showing = new Map(
  labs
    .flatMap(({ checks, matrix }) => [checks, ...(matrix === undefined ? [] : [matrix.checks])])
    .flatMap(({ healthy, symptom = [] }) => [...healthy, ...symptom])
    .filter((check) => shownReach(check) !== undefined)
    .map((check) => [check.id, check]),
);

test.each([...showing.values()])("what $id sends leaves the place that its table names", (check) => {
  const shown = shownReach(check);
  const sending = check.steps.filter(({ run }) => sends(run.join(" ")));
  expect(sending.length).toBeGreaterThan(0);
  for (const { at, run } of sending) expect(`${at} ${run.join(" ")}`).toMatch(places[shown?.between ?? "pods"]);
});

test.each<[string, boolean]>([
  ["ping -n -c 1 10.244.1.3", true],
  ["sh -c for i in 1 2; do curl -sS http://10.96.1.1/ || break; done", true],
  ["sh -c ip link; nc -z -w 2 10.244.1.3 5801 && echo open", true],
  ["sh -c socat -u OPEN:/dev/null TCP4:172.28.1.11:6783 2>&1", true],
  ["dig +search probe.cni-lab.svc", true],
  ["arping -D -I net1 10.10.20.11", true],
  ["ping -n -c 1 127.0.0.1", false],
  ["curl -sS -m 3 http://127.0.0.1:6784/status", false],
  ["sh -c curl --unix-socket /run/cni/dhcp.sock http://dhcp/debug/rpc", false],
  ["get pods -l app=ping-pong", false],
  ["ip route get 10.244.1.3", false],
])("%s sends packets: %s", (command, expected) => {
  expect(sends(command)).toBe(expected);
});
