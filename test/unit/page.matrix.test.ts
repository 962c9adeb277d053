import { expect, test } from "vitest";
import type { Verdict } from "../../cli/checks/verdict";
import { deafHops, lostPairs, matrices } from "../../cli/page/matrix";
import { checkOn, flannelVerdict } from "./page.fixture";

const withChecks = (checks: Verdict["checks"], changes: Partial<Verdict> = {}): Verdict => ({
  ...flannelVerdict(),
  checks,
  ...changes,
});

test("a healthy run fills a matrix for each way of sending", () => {
  const all = matrices(flannelVerdict());
  expect(all.map(({ title, nodes, cells }) => [title, nodes.join(), cells.length])).toEqual([
    ["Unicast", "n1,n2,n3", 6],
    ["Unicast, UDP", "n1,n2,n3", 6],
    ["Multicast", "n1,n2,n3", 9],
  ]);
  expect(all[0]?.cells[0]).toEqual({
    from: "n1",
    to: "n2",
    state: "arrives",
    got: 3,
    of: 3,
    milliseconds: "0.172",
    outcome: "passed",
    check: "ping-across-nodes",
    says: "ping-across-nodes holds for n1 -> n2",
  });
  expect(all[2]?.cells.map(({ from, to, state }) => `${from}${to} ${state}`)).toContain("n2n2 arrives");
  expect(all[2]?.cells.filter(({ state }) => state === "nothing")).toHaveLength(6);
});

test.each([
  ["3", "arrives"],
  ["2", "partly"],
  ["0", "nothing"],
  ["", "unknown"],
  ["many", "unknown"],
])("%j of 3 pings is: %s", (received, state) => {
  const verdict = withChecks([checkOn("ping-across-nodes", "", [["n1 -> n2", "passed", { received }]])]);
  expect(matrices(verdict)[0]?.cells[0]?.state).toBe(state);
});

test("controls and other networks are not taken for the pods' own", () => {
  const verdict = withChecks([
    checkOn("ping-nobody", "", [["n1 -> n2", "passed", { received: "0" }]]),
    checkOn("ping-net1-static", "", [["n1 -> n2", "failed", { received: "0" }]]),
  ]);
  expect(matrices(verdict).map(({ title }) => title)).toEqual(["Second interface, static"]);
  expect(lostPairs(verdict)).toEqual([]);
});

test("a lab's own check on pairs has a matrix too, by its title", () => {
  const drops = checkOn("forward-drops", "FORWARD drops it", [
    ["n1 -> n2", "passed", { received: "0", policy: "DROP" }],
  ]);
  const verdict = withChecks([drops], { expect: "symptom" });
  const [own] = matrices(verdict);
  expect(own).toMatchObject({ title: "FORWARD drops it", cells: [{ state: "nothing", got: 0 }] });
  expect(own?.cells[0]?.of).toBeUndefined();
  expect(lostPairs(verdict).map(({ from, to }) => [from, to])).toEqual([["n1", "n2"]]);
});

test("nodes stand in the order of their numbers", () => {
  const verdict = withChecks([checkOn("udp-x", "", [["n10 -> n9", "passed", { heard: "1" }]])]);
  expect(matrices(verdict)[0]?.nodes).toEqual(["n9", "n10"]);
});

test("a pair that loses pings and datagrams is lost once", () => {
  const verdict = flannelVerdict((from, to) => (from === "n1" && to === "n3" ? [] : undefined));
  expect(lostPairs(verdict).map(({ from, to, says }) => [from, to, says])).toEqual([
    ["n1", "n3", "ping-across-nodes does not hold for n1 -> n3"],
  ]);
});

test("multicast ends at a node's bridge only where its neighbours hear it", () => {
  expect(deafHops(flannelVerdict())).toEqual({ names: ["n1", "n2", "n3"], expected: true });
  const own = (heard: string) => checkOn("multicast-same-node", "", [["n2, pod to pod", "passed", { heard }]]);
  const across = checkOn("multicast-across-nodes", "", [["n1 -> n2", "failed", { heard: "0" }]]);
  expect(deafHops(withChecks([own("5"), across]))).toEqual({ names: ["n1"], expected: false });
  expect(deafHops(withChecks([own("0"), across])).names).toEqual([]);
  expect(deafHops(withChecks([across])).names).toEqual([]);
  // Where the bug is that it ends there, it is no mere limit.
  expect(deafHops({ ...flannelVerdict(), expect: "symptom" }).expected).toBe(false);
});
