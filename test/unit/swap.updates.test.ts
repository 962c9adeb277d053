import { expect, test } from "vitest";
import { mendProblems, swapProblems } from "../../cli/commands/cni-way";
import { updates } from "../../cli/commands/swap";

test.each([
  ["flannel", "weave", "rolling", ["weave"]],
  ["flannel", "weave", "replace", ["none", "weave"]],
  ["flannel", "none", "rolling", ["none"]],
  ["flannel", "none", "replace", ["none"]],
  ["none", "weave", "replace", ["weave"]],
  ["weave", "weave", "replace", ["weave"]],
  ["flannel-etcd", "weave", "replace", ["none", "weave"]],
] as const)("%s to %s, %s: %j", (previous, next, strategy, expected) => {
  expect(updates(previous, next, strategy)).toEqual(expected);
});

test.each([
  ["flannel-etcd", "weave"],
  ["flannel", "flannel-etcd"],
] as const)("%s to %s is possible by way of none only", (previous, next) => {
  expect(swapProblems(previous, next, "rolling")).toEqual([
    {
      field: "--strategy",
      value: "rolling",
      rule: `is not possible from ${previous} to ${next}, which can't be on a node together`,
      fix: "use --strategy replace",
    },
  ]);
  expect(swapProblems(previous, next, "replace")).toEqual([]);
  expect(mendProblems("s", previous, [{ nodes: "2" }, { cni: next }])).toEqual([
    {
      field: "STACK",
      value: "s",
      rule: `has ${previous}, and the lab is to have ${next}, which can't be on a node together`,
      fix: "run ./lab swap s none first",
    },
  ]);
});

test.each([
  ["flannel-etcd", "none"],
  ["none", "flannel-etcd"],
  ["flannel-etcd", "flannel-etcd"],
  ["flannel", "weave"],
] as const)("%s to %s is possible", (previous, next) => {
  expect(swapProblems(previous, next, "rolling")).toEqual([]);
  expect(mendProblems("s", previous, [{ cni: next }, { nodes: "2" }])).toEqual([]);
  expect(mendProblems("s", previous, [{ nodes: "2" }])).toEqual([]);
});
