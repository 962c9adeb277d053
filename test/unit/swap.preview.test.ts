import { expect, test } from "vitest";
import { sentencesOf } from "../../components/cni/swap-preview";

test("a node's record that somebody has spoilt is told, and is no exception of the program", () => {
  expect(sentencesOf("cni\t{ torn", "weave")).toEqual([
    expect.stringMatching(/^what weave means for it is unknown, as its records can't be read: SyntaxError: /),
  ]);
  expect(sentencesOf("", "weave")).toEqual([]);
});
