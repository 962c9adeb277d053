import { expect, test } from "vitest";
import { absentLines, absentParts } from "../../driver/stack/absent";
import { partsBeside } from "../../driver/stack/parts";

const node = (name: string) => ({ name, container: `cni-lab-flannel-${name}` });
const there = (name: string, running = true) => ({ ...node(name), stack: "flannel", node: name, running, owner: "" });

test("a node whose container is gone or stopped is named, with what brings it back", () => {
  const absent = absentParts(["n1", "n2", "n3"].map(node), [there("n1"), there("n3", false)]);
  expect(absent.map(({ name, how }) => [name, how])).toEqual([
    ["n2", "gone"],
    ["n3", "stopped"],
  ]);
  expect(absentLines("flannel", absent)).toEqual([
    "n2 (the container cni-lab-flannel-n2) is not there: ./lab up flannel recreates it",
    "n3 (the container cni-lab-flannel-n3) is stopped: ./lab up flannel starts it",
  ]);
});

test("where all nodes run nothing is said", () => {
  expect(absentParts([node("n1")], [there("n1"), there("n2", false)])).toEqual([]);
  expect(absentLines("flannel", [])).toEqual([]);
});

test("what stands beside the nodes is named as well, where the stack has it", () => {
  const dhcpServer = { container: "cni-lab-x-dhcp" };
  expect(partsBeside("x", { cni: "weave" })).toEqual([]);
  const both = partsBeside("x", { cni: "flannel-etcd", dhcpServer });
  const absent = absentParts(both, [{ container: "cni-lab-x-etcd", running: false }]);
  expect(absentLines("x", absent)).toEqual([
    "the DHCP server (the container cni-lab-x-dhcp) is not there: ./lab up x recreates it",
    "flannel's etcd (the container cni-lab-x-etcd) is stopped: ./lab up x starts it",
  ]);
});
