import { expect, test } from "vitest";
import { absentLines, absentNodes } from "../../cli/stack/absent";

const node = (name: string) => ({ name, container: `cni-lab-flannel-${name}` });
const there = (name: string, running = true) => ({ ...node(name), stack: "flannel", node: name, running, owner: "" });

test("a node whose container is gone or stopped is named, with what brings it back", () => {
  const absent = absentNodes(["n1", "n2", "n3"].map(node), [there("n1"), there("n3", false)]);
  expect(absent.map(({ name, how }) => [name, how])).toEqual([
    ["n2", "gone"],
    ["n3", "stopped"],
  ]);
  expect(absentLines("flannel", absent)).toEqual([
    "n2 (the container cni-lab-flannel-n2) is not there: ./lab up flannel makes it anew",
    "n3 (the container cni-lab-flannel-n3) is stopped: ./lab up flannel starts it",
  ]);
});

test("where all nodes run nothing is said", () => {
  expect(absentNodes([node("n1")], [there("n1"), there("n2", false)])).toEqual([]);
  expect(absentLines("flannel", [])).toEqual([]);
});
