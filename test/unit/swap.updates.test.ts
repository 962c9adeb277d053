import { expect, test } from "vitest";
import { updates } from "../../cli/commands/swap";

test.each([
  ["flannel", "weave", "rolling", ["weave"]],
  ["flannel", "weave", "replace", ["none", "weave"]],
  ["flannel", "none", "rolling", ["none"]],
  ["flannel", "none", "replace", ["none"]],
  ["none", "weave", "replace", ["weave"]],
  ["weave", "weave", "replace", ["weave"]],
] as const)("%s to %s, %s: %j", (previous, next, strategy, expected) => {
  expect(updates(previous, next, strategy)).toEqual(expected);
});
