import { expect, test } from "vitest";
import { requireWay, updates } from "../../cli/commands/swap";

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
  expect(() => requireWay(previous, next, "rolling")).toThrow(
    '--strategy is "rolling": is not possible to or from flannel-etcd, which can\'t be beside another CNI; use --strategy replace',
  );
  expect(() => requireWay(previous, next, "replace")).not.toThrow();
});

test.each([
  ["flannel-etcd", "none"],
  ["none", "flannel-etcd"],
  ["flannel-etcd", "flannel-etcd"],
  ["flannel", "weave"],
] as const)("%s to %s is possible", (previous, next) => {
  expect(() => requireWay(previous, next, "rolling")).not.toThrow();
});
