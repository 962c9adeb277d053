import { describe, expect, test } from "vitest";
import type { Values } from "../../checks/language/values";
import { remaining, setsOfUp } from "../../driver/stack/apply";
import { labOf } from "./checks.fake";

const none = { cni: "none" };
const weave = { cni: "weave", nodes: "2" };
const healthy = { cni: "flannel", nodes: "3" };
const bug = labOf([], { broken: [none, weave] });

describe("the value sets that are still to be applied", () => {
  test.each<[string, Values, readonly Values[]]>([
    ["all, where none is in force", healthy, [none, weave]],
    ["all, after the first one", none, [none, weave]],
    ["the last, where it is in force", { ...weave, podCidr: "x" }, [weave]],
    ["all, where a set is in force in part only", { cni: "weave", nodes: "3" }, [none, weave]],
  ])("are %s", (_, inForce, sets) => expect(remaining([none, weave], inForce)).toEqual(sets));
});

describe("up", () => {
  test.each<[string, Values, boolean, readonly Values[]]>([
    ["breaks a new stack, step by step", healthy, true, [none, weave]],
    ["breaks it anew, whatever is left in its file", weave, true, [none, weave]],
    ["goes on where it was cut short", none, false, [none, weave]],
    ["repeats the last step only", weave, false, [weave]],
    ["leaves a stack that was mended as it is", healthy, false, [{}]],
  ])("%s", (_, inForce, isNew, sets) => expect(setsOfUp(bug, inForce, isNew)).toEqual(sets));

  test("is one update for a lab without a bug", () => {
    expect(setsOfUp(labOf([]), healthy, true)).toEqual([{}]);
  });
});
