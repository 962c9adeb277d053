import { describe, expect, test } from "vitest";
import type { Values } from "../../checks/language/values";
import { changesOfStack } from "../../driver/values/changes";
import { changedBeforeUp, changedLines, changedText, changedValues } from "../../driver/values/own-values";
import { loadLabs } from "../../labs";

import { labOf } from "./checks.fake";

const plain = labOf([], { values: { cni: "flannel", nodes: "3" } });
const bug = labOf([], {
  values: { cni: "flannel", nodes: "2" },
  broken: [{ forwardPolicy: "drop", forwardRules: "none" }, { forwardRules: "by-hand" }],
  fixed: [{ forwardPolicy: "accept" }],
});

describe("what makes a stack other than its lab", () => {
  test.each<[string, Parameters<typeof changedValues>, readonly string[]]>([
    ["nothing, where its file has the lab's values", [plain, { cni: "flannel", nodes: "3" }], []],
    ["nothing, where its file says what holds without it", [plain, { podCidr: "10.244.0.0/16" }], []],
    ["nothing, where an earlier version wrote its own image", [plain, { nodeImage: "localhost/cni-lab/node:1" }], []],
    [
      "an image of somebody's own",
      [plain, { nodeImage: "localhost/mine:1" }],
      ["not the lab's own: nodeImage=localhost/mine:1 (lab: not set)"],
    ],
    [
      "what somebody set",
      [plain, { cni: "weave", nodes: "2", weaveMtu: "1400" }],
      ["not the lab's own: cni=weave (lab: flannel), nodes=2 (lab: 3), weaveMtu=1400 (lab: not set)"],
    ],
    [
      "a secret, without its value",
      [plain, { weavePassword: '{"secure":"v1:x"}' }],
      ["not the lab's own: weavePassword=[secret] (lab: not set)"],
    ],
    ["nothing, with the bug in force", [bug, { forwardPolicy: "drop", forwardRules: "by-hand" }], []],
    [
      "the lab's own cure, told apart from the rest",
      [bug, { forwardPolicy: "accept", forwardRules: "by-hand", nodes: "3" }],
      ["not the lab's own: nodes=3 (lab: 2)", "of the lab's cure: forwardPolicy=accept (lab: drop)"],
    ],
  ])("is %s", (_, args, lines) => expect(changedLines(changedValues(...args))).toEqual(lines));

  test("is not what a new stack gets over it: its bug", () => {
    const file: Values = { forwardPolicy: "accept", nodes: "3" };
    expect(changedText(changedBeforeUp(bug, file))).toBe("nodes=3 (lab: 2)");
  });

  test.each(["-", "up", "left over"] as const)("is nothing for a stack without a file: %s", (state) => {
    expect(changesOfStack(bug, "no-such-stack", state)).toEqual({ changed: [], lines: [] });
  });

  test("is nothing for any lab that was just brought up", async () => {
    for (const lab of await loadLabs()) {
      const file: Values = Object.assign({}, lab.values, ...(lab.broken ?? []));
      expect(changedLines(changedValues(lab, file)), lab.id).toEqual([]);
      expect(changedLines(changedBeforeUp(lab, {})), lab.id).toEqual([]);
    }
  });
});
