import { expect, test } from "vitest";
import type { ClusterAccess } from "../../cli/checks/access";
import { describePodNetwork, nodeNetworks } from "../../cli/commands/status-pods";
import { buildLab, type LabOutputs } from "../../stacks/lab";
import { podNetworkOf } from "../../stacks/pod-network";
import { parseLabConfig } from "../../stacks/schema";
import { record } from "./mocks";

/** A cluster whose second node has no file of flanneld's. */
const access: ClusterAccess = {
  nodes: [],
  kubectl: () => Promise.reject(new Error("kubectl is not asked")),
  pod: () => Promise.reject(new Error("no pod is asked")),
  async node(name, argv) {
    const known = name === "n1" && argv.join(" ") === "cat /run/flannel/subnet.env";
    const stdout = known ? "FLANNEL_NETWORK=80.0.0.0/8\nFLANNEL_SUBNET=80.9.0.1/16\nFLANNEL_MTU=1450\n" : "";
    return { argv, exitCode: known ? 0 : 1, stdout, stderr: "", ms: 1 };
  },
};
const assigned = new Map([
  ["n1", "10.244.0.0/24"],
  ["n2", "10.244.1.0/24"],
]);

test.each([
  ["flannel", "10.244.0.0/16", "pods 10.244.0.0/16", ["10.244.0.0/24", "10.244.1.0/24"]],
  ["weave", "10.32.0.0/12", "pods 10.32.0.0/12", ["10.32.0.0/12", "10.32.0.0/12"]],
  ["flannel-etcd", "80.0.0.0/8", "pods 80.0.0.0/8", ["80.9.0.0/16", undefined]],
  ["none", undefined, "no pod network", [undefined, undefined]],
] as const)("each node has its part of the pods' network as %s divides it", async (cni, podCidr, words, parts) => {
  expect(describePodNetwork({ cni, podCidr })).toBe(words);
  expect([...(await nodeNetworks(access, { cni, podCidr }, assigned)).values()]).toEqual(parts);
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
