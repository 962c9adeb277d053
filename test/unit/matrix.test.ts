import { describe, expect, test } from "vitest";
import type { CheckVerdict } from "../../checks/engine/verdict";
import { cellOf, matrixText, stepsOf } from "../../cli/commands/matrix";
import type { LabMatrix } from "../../labs/format/matrix";
import { matrixProblems } from "../../labs/format/validate-matrix";
import { describeProblem } from "../../lib/user-error";
import { checkOf } from "./checks.fake";

const one: LabMatrix = {
  rowsAre: "join",
  cnis: ["flannel", "weave"],
  rows: [
    { name: "multicast", values: { join: "multicast" }, expect: { flannel: "symptom", weave: "healthy" } },
    { name: "peers", values: { join: "tcpIp" }, expect: { flannel: "healthy", weave: "healthy" } },
  ],
  checks: { healthy: [checkOf({ id: "members" })], symptom: [checkOf({ id: "panic" })] },
  evidence: { healthy: "members", symptom: "panic" },
};

describe("a matrix's data", () => {
  test("is whole", () => {
    expect(matrixProblems("x", one)).toEqual([]);
  });

  test("is refused with all that lacks", () => {
    const rows = [...one.rows, { name: "other", values: { spread: "none" }, expect: { flannel: "healthy" as const } }];
    const evidence = { healthy: "panic", symptom: "panic" };
    expect(matrixProblems("x", { ...one, rows, evidence }).map(describeProblem)).toEqual([
      "lab x matrix other: must say what is expected with weave",
      'lab x matrix other is "spread": must set the same keys as the first row: join',
      'lab x matrix evidence.healthy is "panic": must be one of that state\'s checks',
    ]);
  });
});

test("the CNI that is there comes first, so that it is swapped once", () => {
  const order = (current: string) => stepsOf(one, current).map(({ values }) => `${values.cni} ${values.join}`);
  expect(order("weave")).toEqual(["weave multicast", "weave tcpIp", "flannel multicast", "flannel tcpIp"]);
  expect(order("flannel")[0]).toBe("flannel multicast");
});

describe("a cell", () => {
  const check = (id: string, outcome: "passed" | "failed", says: string): CheckVerdict => ({
    id,
    title: id,
    outcome,
    seconds: 1,
    subjects: [{ subject: "n1", outcome, seconds: 1, tries: 1, says, causes: [], values: {} }],
  });
  const cell = { cni: "flannel", row: "multicast", expect: "symptom" } as const;

  test("has the words of its check where it is as expected", () => {
    const checks = [check("other", "passed", "something"), check("panic", "passed", "n1 panics")];
    expect(cellOf(one, cell, { asExpected: true, checks }).evidence).toEqual(["n1 panics"]);
  });

  test("has what failed where it is not", () => {
    const checks = [check("other", "failed", "nothing answers"), check("panic", "passed", "n1 panics")];
    const seen = cellOf(one, cell, { asExpected: false, checks });
    expect(seen.evidence).toEqual(["nothing answers"]);
    expect(matrixText(one, [seen])).toBe(
      [
        "CNI      join       result       evidence",
        "flannel  multicast  not symptom  nothing answers",
        "0 of 1 cells are as expected",
      ].join("\n"),
    );
  });
});
