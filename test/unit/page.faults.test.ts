import { expect, test } from "vitest";
import { findFaults, placeKey } from "../../report/page/drawing/faults";
import type { SeenNode, Topology, TopologyNode } from "../../report/topology/seen";
import {
  flannelNode,
  flannelTopology,
  flannelVerdict,
  isDown,
  link,
  multihomedTopology,
  pod,
  weaveTopology,
} from "./page.fixture";

const quiet = { ...flannelVerdict(), checks: [] };
const faultsOf = (topology: Topology, cni = "flannel", verdict: ReturnType<typeof flannelVerdict> = quiet) =>
  findFaults(topology, verdict, cni).map(({ says, at, kind }) => [says, at.map(placeKey).join(", "), kind]);

/** A topology in which one node was seen otherwise. */
function changed(topology: Topology, index: number, change: (seen: SeenNode) => Partial<SeenNode>): Topology {
  const nodes = topology.nodes.map(
    (node, i): TopologyNode =>
      i !== index || node.seen === undefined ? node : { ...node, seen: { ...node.seen, ...change(node.seen) } },
  );
  return { ...topology, nodes };
}

test("nothing is wrong with a healthy stack", () => {
  expect(faultsOf(flannelTopology())).toEqual([]);
  expect(faultsOf(multihomedTopology())).toEqual([]);
  expect(faultsOf(weaveTopology(), "weave")).toEqual([]);
});

test("a link that is down", () => {
  const topology = changed(flannelTopology(), 1, ({ links }) => ({
    links: links.map((each) => (each.ifname === "flannel.1" ? { ...each, ...isDown } : each)),
  }));
  expect(faultsOf(topology)).toEqual([["flannel.1 is down on n2", "link n2 flannel.1", "broken"]]);
});

test("a route that lacks, each way for itself", () => {
  const topology = changed(flannelTopology(), 0, ({ routes }) => ({
    routes: routes.filter(({ dst }) => dst !== "10.244.2.0/24"),
  }));
  expect(faultsOf(topology)).toEqual([
    [
      "n1 has no route to 10.244.2.0/24, the pods of n3; they leave by the default route (172.28.14.254 eth1)",
      "hop n1 cni0",
      "broken",
    ],
  ]);
});

test("a FORWARD chain that drops what comes out of the tunnel", () => {
  const forward = (...rules: string[]) =>
    changed(flannelTopology(), 2, () => ({ forward: ["-P FORWARD DROP", ...rules] }));
  const fault = [
    "the FORWARD chain of n3 drops by default, and no rule accepts packets from flannel.1 to cni0",
    "hop n3 cni0",
    "broken",
  ];
  expect(
    faultsOf(forward("-A FORWARD -i cni0 -j ACCEPT", "-A FORWARD -m conntrack --ctstate RELATED -j ACCEPT")),
  ).toEqual([fault]);
  expect(faultsOf(forward("-A FORWARD -i flannel.1 -o cni0 -j ACCEPT"))).toEqual([]);
  expect(faultsOf(forward("-A FORWARD -o cni0 -j ACCEPT"))).toEqual([]);
  expect(faultsOf(forward("-A FORWARD -j FLANNEL-FWD"))).toEqual([]);
});

test("nodes that have one subnet, or one outer address", () => {
  const outer = link("flannel.1", ["10.244.0.0/32"], {
    linkinfo: { info_kind: "vxlan", info_data: { id: 1, local: "10.0.2.15", link: "eth0", port: 8472 } },
  });
  const same = flannelTopology({
    nodes: [0, 1].map((i) => ({
      ...flannelNode(i, { links: (links) => links.map((each) => (each.ifname === "flannel.1" ? outer : each)) }),
    })),
    pods: [],
  });
  expect(faultsOf(same)).toEqual([
    ["the tunnels of n1 and n2 all send as 10.0.2.15", "link n1 flannel.1, link n2 flannel.1", "broken"],
  ]);
  const twins = flannelTopology({ nodes: [flannelNode(0), { ...flannelNode(0), name: "n2" }], pods: [] });
  expect(faultsOf(twins).map(([says]) => says)).toEqual([
    "n1 and n2 have the same pod network 10.244.0.0/24",
    "the tunnels of n1 and n2 all send as 172.28.14.11",
  ]);
});

test("a pod without an address, with one of a network that is gone, and two with one", () => {
  expect(faultsOf(multihomedTopology([true, false, true]))).toEqual([
    [
      "leased-r7t6y on n2 has no address: ContainerCreating; it asks for macvlan-conf-2",
      "pod n2 leased-r7t6y",
      "broken",
    ],
  ]);
  const stale = weaveTopology();
  expect(faultsOf({ ...stale, pods: [pod("old", "n1", "10.244.0.9")] }, "weave")).toEqual([
    ["old has 10.244.0.9, which is of no network that n1 has now", "pod n1 old", "broken"],
  ]);
  const net1 = { networks: [{ interface: "net1", ips: ["10.10.20.10"] }] };
  const twins = flannelTopology({ pods: [pod("a", "n1", "10.244.0.9", net1), pod("b", "n2", "10.244.1.9", net1)] });
  expect(faultsOf(twins)).toEqual([
    ["a and b have the same address 10.10.20.10 on net1", "pod n1 a, pod n2 b", "broken"],
  ]);
});

test("a conflist of another CNI, and none at all", () => {
  const left = changed(weaveTopology(), 1, () => ({
    conflists: [{ name: "00-multus.conf" }, { name: "10-flannel.conflist" }],
  }));
  expect(faultsOf(left, "weave")).toEqual([
    ["new pods of n2 get their network by 10-flannel.conflist, and the stack is set to weave", "node n2", "broken"],
  ]);
  const says = "new pods of n1, n2 and n3 get their network by 10-flannel.conflist, and the stack is set to weave";
  expect(faultsOf(flannelTopology(), "weave")).toEqual([[says, "node n1, node n2, node n3", "broken"]]);
  const own = [{ name: "10-flannel-etcd.conflist" }];
  const onEtcd = [0, 1, 2].reduce((all, i) => changed(all, i, () => ({ conflists: own })), flannelTopology());
  expect(faultsOf(onEtcd, "flannel-etcd")).toEqual([]);
  expect(faultsOf(onEtcd, "flannel").map(([said]) => said)).toEqual([
    "new pods of n1, n2 and n3 get their network by 10-flannel-etcd.conflist, and the stack is set to flannel",
  ]);
  expect(faultsOf(changed(flannelTopology(), 0, () => ({ conflists: [] })))).toEqual([
    ["no CNI is configured on n1", "node n1", "broken"],
  ]);
});

test("Weave's peers that do not connect, or can't be told apart", () => {
  const line = "-> 172.28.14.12:6783 failed no response, retry: 10:00";
  const lost = changed(weaveTopology(), 0, ({ weave = [] }) => ({ weave: [...weave.slice(0, 1), line] }));
  expect(faultsOf(lost, "weave")).toEqual([[`Weave on n1: ${line}`, "link n1 Weave's router", "broken"]]);
  const clones = [0, 1].reduce((all, i) => changed(all, i, () => ({ machineId: "same" })), weaveTopology());
  expect(faultsOf(clones, "weave")).toEqual([
    ["n1 and n2 have the same /etc/machine-id", "node n1, node n2", "broken"],
  ]);
  const elsewhere = [0, 1].reduce((all, i) => changed(all, i, () => ({ machineId: "same" })), flannelTopology());
  expect(faultsOf(elsewhere)).toEqual([]);
});

test("what only the checks show is drawn between the nodes, and not where a cause is seen", () => {
  const lossy = flannelVerdict((from, to) => (from === "n1" && to === "n3" ? [] : undefined));
  const way = ["ping-across-nodes does not hold for n1 -> n3", "way n1 n3", "broken"];
  expect(faultsOf(flannelTopology(), "flannel", lossy)).toEqual([way]);
  const known = changed(flannelTopology(), 2, ({ links }) => ({
    links: links.map((each) => (each.ifname === "eth1" ? { ...each, ...isDown } : each)),
  }));
  expect(faultsOf(known, "flannel", lossy).map(([says]) => says)).toEqual(["eth1 is down on n3"]);
});

test("multicast that stays on its node is a limit of Flannel, and the bug where a bug is shown", () => {
  const says = "multicast ends here: pods of one node hear each other, and nobody hears a pod of another node";
  const hops = "hop n1 cni0, hop n2 cni0, hop n3 cni0";
  expect(faultsOf(flannelTopology(), "flannel", flannelVerdict())).toEqual([[says, hops, "limit"]]);
  const symptom = { ...flannelVerdict(), expect: "symptom" as const };
  expect(faultsOf(flannelTopology(), "flannel", symptom)).toEqual([[says, hops, "broken"]]);
});

test("a node that was not seen is not judged", () => {
  const [first, ...rest] = flannelTopology().nodes;
  const nodes = [{ name: "n1", container: "c", address: first?.address ?? "" }, ...rest];
  expect(faultsOf(flannelTopology({ nodes, pods: undefined }))).toEqual([]);
});
