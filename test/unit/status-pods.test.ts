import { expect, test } from "vitest";
import type { ClusterAccess } from "../../checks/engine/access";
import { describeCni, describePodNetwork, nodeNetworks, podNetworks } from "../../cli/commands/status-pods";
import { flannelResidue } from "../../components/cni/flannel/residue";
import { flannelEtcdResidue } from "../../components/cni/flannel-etcd/residue";
import { weaveResidue } from "../../components/cni/weave/residue";
import { buildLab, type LabOutputs } from "../../stacks/lab";
import { podNetworkOf } from "../../stacks/pod-network";
import { parseLabConfig } from "../../stacks/schema";
import { record } from "./mocks";

const records = [flannelResidue("10.244.0.0/16"), weaveResidue("10.32.0.0/12"), flannelEtcdResidue("80.0.0.0/8")].map(
  (residue) => JSON.stringify(residue),
);

/** A cluster of two nodes, each with the conflist that is in force there; the second has no file of flanneld's. */
const onNodes = (conflists: Readonly<Record<string, string>>): ClusterAccess => ({
  nodes: [],
  kubectl: () => Promise.reject(new Error("kubectl is not asked")),
  pod: () => Promise.reject(new Error("no pod is asked")),
  async node(name, argv) {
    const subnet = name === "n1" ? ["FLANNEL_NETWORK=80.0.0.0/8", "FLANNEL_SUBNET=80.9.0.1/16"] : [];
    const conflist = conflists[name];
    const lines = conflist === undefined ? [] : [conflist, ...records, ...subnet, ""];
    return { argv, exitCode: subnet.length > 0 ? 0 : 1, stdout: lines.join("\n"), stderr: "", ms: 1 };
  },
});
const assigned = new Map([
  ["n1", "10.244.0.0/24"],
  ["n2", "10.244.1.0/24"],
]);
const both = (file: string) => ({ n1: file, n2: file });

test.each([
  ["flannel", "10-flannel.conflist", "10.244.0.0/16", ["10.244.0.0/24", "10.244.1.0/24"]],
  ["weave", "10-weave.conflist", "10.32.0.0/12", ["10.32.0.0/12", "10.32.0.0/12"]],
  ["flannel-etcd", "10-flannel-etcd.conflist", "80.0.0.0/8", ["80.9.0.0/16", undefined]],
  ["none", "", undefined, [undefined, undefined]],
] as const)("each node has its part of the pods' network as %s divides it", async (cni, conflist, podCidr, parts) => {
  const nodes = await nodeNetworks(onNodes(both(conflist)), { cni, podCidr }, assigned);
  expect([...nodes.values()]).toEqual(parts.map((own) => ({ cni, podCidr, own })));
});

test("a node that a swap has not reached has the network of the CNI that is in force there", async () => {
  const wish = { cni: "weave", podCidr: "10.32.0.0/12" };
  const access = onNodes({ n1: "10-flannel.conflist", n2: "10-weave.conflist" });
  const nodes = await nodeNetworks(access, wish, assigned);
  expect(nodes.get("n1")).toEqual({ cni: "flannel", podCidr: "10.244.0.0/16", own: "10.244.0.0/24" });
  expect(nodes.get("n2")).toEqual({ cni: "weave", podCidr: "10.32.0.0/12", own: "10.32.0.0/12" });
  expect(podNetworks([...nodes.values()], wish)).toBe("10.244.0.0/16, 10.32.0.0/12");
});

test("after a swap that was refused, the network is that of the CNI that carries the pods", async () => {
  const wish = { cni: "weave", podCidr: "10.32.0.0/12" };
  const nodes = await nodeNetworks(onNodes(both("10-flannel-etcd.conflist")), wish, assigned);
  expect(podNetworks([...nodes.values()], wish)).toBe("80.0.0.0/8");
  expect(nodes.get("n1")?.own).toBe("80.9.0.0/16");
});

test("a node that does not tell is taken to have the CNI that the stack is set to", async () => {
  const wish = { cni: "weave", podCidr: "10.32.0.0/12" };
  const nodes = await nodeNetworks(onNodes({}), wish, assigned);
  expect(nodes.get("n2")).toEqual({ ...wish, own: "10.32.0.0/12" });
  expect(podNetworks([], wish)).toBe("10.32.0.0/12");
});

test("the CNI is told in words, with the nodes on which another one is in force", () => {
  const nodes = (...cnis: (string | undefined)[]) => cnis.map((cni, index) => ({ name: `n${index + 1}`, cni }));
  expect(describeCni("weave", nodes("weave", undefined))).toBe("weave");
  expect(describeCni("weave", nodes("flannel", "flannel", "weave"))).toBe("weave (in force: flannel on n1, n2)");
  expect(describeCni("none", nodes("flannel-etcd", "none"))).toBe("none (in force: flannel-etcd on n1)");
  expect([describePodNetwork("10.32.0.0/12"), describePodNetwork(undefined)]).toEqual([
    "pods 10.32.0.0/12",
    "no pod network",
  ]);
});

const ranges = { podCidr: "10.1.0.0/16", weaveRange: "10.2.0.0/16", flannelEtcdRange: "11.0.0.0/8" };

test.each([
  ["flannel", "10.1.0.0/16"],
  ["weave", "10.2.0.0/16"],
  ["flannel-etcd", "11.0.0.0/8"],
  ["none", undefined],
])("with %s pods have addresses of %s", (cni, network) => {
  expect(podNetworkOf(parseLabConfig({ ...ranges, cni }))).toBe(network);
});

test("a stack's outputs tell the pods' network of its CNI", async () => {
  const config = { ...parseLabConfig({ ...ranges, cni: "weave", nodes: "1" }), stack: "s", lanCidr: "172.28.7.0/24" };
  let outputs: LabOutputs | undefined;
  const build = () => {
    outputs = buildLab({ ...config, nodeImage: "node:1" });
  };
  await record(build, { "-kubeconfig": JSON.stringify({ clusters: [{ name: "cni-lab", cluster: {} }] }) });
  expect(outputs).toMatchObject({ cni: "weave", podCidr: "10.2.0.0/16" });
});
