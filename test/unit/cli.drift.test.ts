import { expect, test } from "vitest";
import { driftLines, driftsIn, reasonIn } from "../../driver/stack/drift";

const step = (op: string, kind: string, id: string, ...fields: string[]) => ({
  op,
  urn: `urn:pulumi:test::cni-lab::${kind}::x`,
  oldState: { type: kind, id },
  detailedDiff: fields.length === 0 ? null : Object.fromEntries(fields.map((field) => [field, { kind: "update" }])),
});
const preview = (...steps: unknown[]) => JSON.stringify({ steps, changeSummary: { same: 1 } });

test("what differs and what is gone is named, with the way to put it back", () => {
  const found = driftsIn(
    preview(
      step("refresh", "kubernetes:core/v1:Namespace", "cni-lab"),
      step("update", "kubernetes:apps/v1:DaemonSet", "kube-flannel/kube-flannel-ds", "spec.b", "spec.a"),
      step("delete", "kubernetes:core/v1:Service", "cni-lab/probe"),
    ),
  );
  expect(driftLines("flannel", found ?? [])).toEqual([
    "changed by hand since the last update:",
    "  DaemonSet kube-flannel/kube-flannel-ds: spec.a, spec.b",
    "  Service cni-lab/probe: deleted",
    "put it back: ./lab pulumi -s flannel up --refresh",
  ]);
});

test("an object that is not ready has not been changed by hand, and nothing is said where nothing was", () => {
  const found = driftsIn(
    preview(
      { op: "refresh", urn: "urn:pulumi:test::cni-lab::pulumi:pulumi:Stack::cni-lab-test" },
      step("update", "kubernetes:apps/v1:DaemonSet", "cni-lab/leased"),
    ),
  );
  expect(found).toEqual([]);
  expect(driftLines("flannel", [])).toEqual([]);
});

test.each(["", "error: no stack", "[]"])("%j is not taken for a preview", (text) => {
  expect(driftsIn(text)).toBeUndefined();
});

test("a preview that failed is told by its first error, one that printed no diagnostics by its last line", () => {
  const silent = "https://172.28.97.11:6443 can't be reached: connect EHOSTUNREACH";
  const stdout = JSON.stringify({
    steps: [],
    diagnostics: [
      { message: "a word", severity: "info" },
      { message: `error: Preview failed: ${silent}\n`, severity: "error" },
      { message: "error: preview failed\n", severity: "error" },
    ],
  });
  expect(reasonIn({ stdout, stderr: "" })).toBe(silent);
  expect(reasonIn({ stdout: "", stderr: "error: no stack\n" })).toBe("error: no stack");
});
