import { describe, expect, test } from "vitest";
import { flannelNeeds } from "../../components/cni/flannel/needs";
import { type ClusterFacts, readClusterFacts, selects } from "../../components/cni/preflight/cluster-facts";
import { findingsOf, refusalText } from "../../components/cni/preflight/findings";
import { type PortsHeard, readHeard, readRefused } from "../../components/cni/preflight/heard";
import { readPulls } from "../../components/cni/preflight/image-findings";
import { type NodeFacts, readNodeFacts } from "../../components/cni/preflight/node-facts";
import type { Coming, Seen } from "../../components/cni/preflight/seen";
import { weaveNeeds } from "../../components/cni/weave/needs";
import { weaveResidue } from "../../components/cni/weave/residue";
import { wholeImageName } from "../../lib/image-name";
import type { Problem } from "../../lib/user-error";

const { cni, network, links, conflist, living } = weaveResidue("10.32.0.0/12");
const image = "docker.io/weaveworks/weave-kube:2.6.5";
const weave: Coming = {
  ...{ cni, title: "Weave", network, conflist, links, programs: living.programs },
  ...{ needs: weaveNeeds(undefined, image), recreatePods: true, carriesImages: false },
};

const gib = 1024 ** 3;

/** A node with which nothing is wrong, but for what a test says. */
function node(name: string, last: number, change: Partial<NodeFacts> = {}): NodeFacts {
  return {
    ...{ node: name, lacks: [], system: "debian", forwards: true, cannot: [], without: [], taken: [], imageless: [] },
    links: [{ name: "eth0", mtu: 1500 }],
    addresses: [
      { link: "eth0", cidr: `192.0.2.${last}/24` },
      { link: "cni0", cidr: `10.244.${last}.1/24` },
    ],
    routes: [
      { target: "default", link: "eth0" },
      { target: "192.0.2.0/24", link: "eth0" },
    ],
    disk: { at: "/", free: 50 * gib, all: 100 * gib },
    ...change,
  };
}

type PodChange = Partial<ClusterFacts["pods"][0]>;

function pod(name: string, owner: string | undefined, change: PodChange = {}): ClusterFacts["pods"][0] {
  return {
    ...{ namespace: "shop", name, labels: { app: owner ?? name }, node: "n1", phase: "Running", leaving: false },
    owner: owner === undefined ? null : { kind: "ReplicaSet", name: owner, uid: owner },
    ...{ hostNetwork: false, hostPorts: [], images: ["web:1"], graceSeconds: 30 },
    ...change,
  };
}

const healthy = { name: "n1", pressed: false, ready: true, cordoned: false };
const cluster: ClusterFacts = {
  pods: [pod("web-1", "web"), pod("web-2", "web")],
  services: ["10.96.0.1", "None"],
  budgets: [],
  policies: [],
  nodes: [healthy, { ...healthy, name: "n2" }],
};

/** Everything has come from each of the two nodes to the other. */
const heard: PortsHeard = {
  ports: weave.needs.ports,
  nodes: ["n1", "n2"],
  refused: [],
  heard: [6783, 6784].flatMap((port) =>
    (["small", "large"] as const).flatMap((size) => [
      { from: "n1", to: "n2", port, size },
      { from: "n2", to: "n1", port, size },
    ]),
  ),
  large: new Map([
    ["n1", 1426],
    ["n2", 1426],
  ]),
};

const seen: Seen = {
  nodes: [node("n1", 11), node("n2", 12)],
  addresses: new Map([
    ["n1", "192.0.2.11"],
    ["n2", "192.0.2.12"],
  ]),
  unseen: [],
  pulls: undefined,
  cluster,
  ports: heard,
};

const onFirst = (change: Partial<NodeFacts>): Partial<Seen> => ({ nodes: [node("n1", 11, change), node("n2", 12)] });
const inCluster = (change: Partial<ClusterFacts>): Partial<Seen> => ({ cluster: { ...cluster, ...change } });
const said = ({ problems }: { readonly problems: readonly Problem[] }) =>
  problems.map(({ field, rule }) => `${field}: ${rule}`);

test("where nothing is wrong nothing is said", () => {
  expect(findingsOf(weave, seen)).toEqual({ problems: [], notes: [] });
});

test("a budget that leaves room, and one of pods that have no network of a CNI, forbid nothing", () => {
  const budget = { namespace: "shop", name: "web", selector: {}, allowed: 1, healthy: 2, wanted: 1, expected: 2 };
  const none = { ...budget, allowed: 0 };
  const hostNetwork = { pods: [pod("web-1", "web", { hostNetwork: true })] };
  expect(findingsOf(weave, { ...seen, ...inCluster({ budgets: [budget] }) }).problems).toEqual([]);
  expect(findingsOf(weave, { ...seen, ...inCluster({ budgets: [none], ...hostNetwork }) }).problems).toEqual([]);
});

test.each<[string, Partial<Seen>, RegExp]>([
  ["programs", onFirst({ lacks: ["jq", "ss"] }), /^n1: lacks jq, ss$/],
  ["kernel", onFirst({ cannot: ["veth"] }), /^n1: its kernel can't make links of the type veth, which Weave needs$/],
  [
    "a kernel unlike the others",
    onFirst({ without: ["openvswitch"] }),
    /^n1: no kernel module openvswitch, which the others have: .* larger than the 1376 bytes that the others take/,
  ],
  ["forwarding", onFirst({ forwards: false }), /^n1: does not forward packets$/],
  [
    "a port",
    onFirst({ taken: [{ protocol: "tcp", port: 6783, by: "nginx" }] }),
    /^n1: TCP port 6783, which Weave needs, is taken by nginx$/,
  ],
  [
    "the LAN",
    onFirst({ addresses: [{ link: "eth0", cidr: "10.40.0.5/16" }] }),
    /^n1: uses addresses of Weave's network 10\.32\.0\.0\/12 itself: 10\.40\.0\.5\/16 on eth0\nn1: has no interface with the address 192\.0\.2\.11$/,
  ],
  [
    "a route",
    onFirst({ routes: [{ target: "10.47.0.0/16", link: "tun0" }] }),
    /^n1: uses addresses of Weave's network 10\.32\.0\.0\/12 itself: route 10\.47\.0\.0\/16$/,
  ],
  [
    "Services",
    inCluster({ services: ["10.35.0.1"] }),
    /^Services: have addresses of Weave's network .*: 10\.35\.0\.1$/,
  ],
  [
    "disk",
    onFirst({ imageless: [image], disk: { at: "/var", free: 15 * gib, all: 100 * gib } }),
    /^n1: has 15\.0 GiB free of 100\.0 GiB at \/var: with the images of Weave it has less than 15 %, and the kubelet evicts pods$/,
  ],
  ["a node that is not Ready", inCluster({ nodes: [{ ...healthy, ready: false }] }), /^n1: is not Ready$/],
  ["a node under pressure", inCluster({ nodes: [{ ...healthy, pressed: true }] }), /^n1: has a full disk/],
  [
    "bare pods",
    inCluster({ pods: [pod("once", undefined), pod("kept", "web"), pod("kept-2", "web")] }),
    /^pods: nothing would recreate these, as they have no owner: shop\/once$/,
  ],
  [
    "a budget",
    inCluster({
      budgets: [
        {
          namespace: "shop",
          name: "web",
          selector: { matchLabels: { app: "web" } },
          allowed: 0,
          healthy: 2,
          wanted: 2,
          expected: 2,
        },
      ],
    }),
    /^PodDisruptionBudget shop\/web: allows no pod to be moved: 2 are healthy, and 2 must be$/,
  ],
  [
    "policies",
    inCluster({
      policies: [{ namespace: "shop", name: "deny" }],
      pods: [pod("weave-net-x", "weave-net", { hostNetwork: true, images: ["docker.io/weaveworks/weave-npc:2.8.1"] })],
    }),
    /^NetworkPolicies: have no effect with Weave: shop\/deny; shop\/weave-net-x enforces them now$/,
  ],
  [
    "an image",
    {
      pulls: [
        { node: "n1", image, why: "not found" },
        { node: "n2", image, why: "not found" },
      ],
    },
    /^n1, n2: can't pull the image docker\.io\/weaveworks\/weave-kube:2\.6\.5: not found$/,
  ],
  [
    "a closed UDP port",
    { ports: { ...heard, heard: heard.heard.filter(({ from, port }) => from !== "n1" || port !== 6784) } },
    /^UDP port 6784: is closed between nodes, and Weave needs it: n1 -> n2$/,
  ],
  [
    "a closed TCP port",
    {
      ports: {
        ...heard,
        refused: [
          { from: "n1", to: "n2", port: 6783 },
          { from: "n2", to: "n1", port: 6783 },
        ],
      },
    },
    /^TCP port 6783: is closed between nodes, and Weave needs it: from no node to any other$/,
  ],
  [
    "the MTU",
    { ports: { ...heard, heard: heard.heard.filter(({ from, size }) => from !== "n2" || size === "small") } },
    /^MTU: packets as large as the nodes' interfaces take do not arrive \(1426 bytes\): n2 -> n1$/,
  ],
])("a problem with %s is named", (_, change, sentence) => {
  expect(said(findingsOf(weave, { ...seen, ...change })).join("\n")).toMatch(sentence);
});

test("all of them are named at once", () => {
  const { problems } = findingsOf(weave, {
    ...seen,
    ...onFirst({ lacks: ["jq"], forwards: false }),
    ...inCluster({ pods: [pod("once", undefined)] }),
  });
  expect(problems.map(({ field }) => field)).toEqual(["n1", "n1", "pods"]);
});

describe("what is no problem is told", () => {
  test.each<[string, Partial<Seen>, RegExp]>([
    [
      "who is alone",
      inCluster({ pods: [pod("db-0", "db")] }),
      /^these have one replica, .* \(at most 30 s\) .*: shop\/db-0$/,
    ],
    [
      "host ports",
      inCluster({ pods: [pod("a", "web", { hostPorts: [80] }), pod("b", "web")] }),
      /hostPort.*: shop\/a$/,
    ],
    [
      "policies",
      inCluster({ policies: [{ namespace: "shop", name: "deny" }] }),
      /^NetworkPolicies have no effect with Weave/,
    ],
    [
      "modules",
      { nodes: seen.nodes.map((facts) => ({ ...facts, without: ["openvswitch"] })) },
      /^no kernel module openvswitch on n1, n2: Weave carries packets in user space, and slower there$/,
    ],
    ["nodes", { unseen: ["n3"] }, /^not looked at, as nobody answers there: n3$/],
    [
      "images",
      onFirst({ imageless: [image] }),
      /^no image docker.* on n1: nodes get it before anything is moved, by a pull; where one can't/,
    ],
    ["packets", { ports: undefined }, /^no packet was sent between the nodes/],
    ["pods", { cluster: undefined }, /^pods, disruption budgets and policies were not looked at$/],
  ])("%s", (_, change, sentence) => {
    const { problems, notes } = findingsOf(weave, { ...seen, ...change });
    expect(problems).toEqual([]);
    expect(notes).toEqual([expect.stringMatching(sentence)]);
  });
});

test("what an earlier swap has left running stands in nobody's way, nor do pods that are not moved", () => {
  const begun = onFirst({ taken: [{ protocol: "tcp", port: 6783, by: "weaver" }] });
  expect(findingsOf(weave, { ...seen, ...begun }).problems).toEqual([]);
  const bare = inCluster({ pods: [pod("once", undefined)] });
  expect(findingsOf({ ...weave, recreatePods: false }, { ...seen, ...bare }).problems).toEqual([]);
});

test("kernels that differ go together where all pods have the same MTU", () => {
  const needs = weaveNeeds(1376, image);
  expect(findingsOf({ ...weave, needs }, { ...seen, ...onFirst({ without: ["openvswitch"] }) }).problems).toEqual([]);
});

test("a refusal has all of it, and the way on", () => {
  const problems = [
    { field: "n1", rule: "lacks jq", fix: "run on it: apt-get install --yes jq" },
    { field: "n2", rule: "is not Ready" },
  ];
  expect(refusalText("Weave", problems, "say so")).toBe(
    `the swap to Weave is not begun, and nothing was changed: 2 problems
  n1: lacks jq; run on it: apt-get install --yes jq
  n2: is not Ready
solve them, or go on all the same: say so`,
  );
});

test("Flannel without a tunnel needs no port", () => {
  expect(flannelNeeds({ type: "host-gw" }, []).ports).toEqual([]);
  expect(flannelNeeds({ type: "vxlan", port: 4789 }, []).ports).toEqual([{ protocol: "udp", port: 4789 }]);
});

test.each([
  ["weaveworks/weave-kube", "docker.io/weaveworks/weave-kube:latest"],
  ["busybox:1.36", "docker.io/library/busybox:1.36"],
  ["registry.example:5000/a/b", "registry.example:5000/a/b:latest"],
  ["localhost/cni-lab/probe:1", "localhost/cni-lab/probe:1"],
  ["ghcr.io/a/b@sha256:00", "ghcr.io/a/b@sha256:00"],
])("the whole name of %s is %s", (image, whole) => {
  expect(wholeImageName(image)).toBe(whole);
});

test("what was printed is read, and what ends in the middle is not", () => {
  const text =
    "lacks\tjq\t\nsystem\trocky rhel\t\nlink\teth0\t1500\naddress\teth0\t192.0.2.11/24\nroute\tdefault\teth0\nforwards\t1\t\ntaken\tudp\t8472\tlink flannel.1\ndisk\t/var\t1024\t4096\naway\n";
  expect(readNodeFacts("n1", text)).toEqual({
    ...{ is: "away", node: "n1", lacks: ["jq"], system: "rocky rhel", forwards: true },
    links: [{ name: "eth0", mtu: 1500 }],
    addresses: [{ link: "eth0", cidr: "192.0.2.11/24" }],
    routes: [{ target: "default", link: "eth0" }],
    ...{ cannot: [], without: [], imageless: [] },
    taken: [{ protocol: "udp", port: 8472, by: "link flannel.1" }],
    disk: { at: "/var", free: 1024 ** 2, all: 4 * 1024 ** 2 },
  });
  expect(readNodeFacts("n1", "here\n")).toEqual({ is: "here" });
  expect(readNodeFacts("n1", text.replace("away\n", ""))).toEqual({ is: "unseen" });
  expect(readHeard("n2", "heard\tn1\t8472\tlarge\ncollected\n")).toEqual([
    { from: "n1", to: "n2", port: 8472, size: "large" },
  ]);
  expect(readHeard("n2", "heard\tn1\t8472\tlarge\n")).toBeUndefined();
  expect(readRefused("n1", "refused\tn2\t6783\nsent\n")).toEqual([{ from: "n1", to: "n2", port: 6783 }]);
  expect(readPulls("n1", "failed\ta:1\tno such host\npulled\n")).toEqual([
    { node: "n1", image: "a:1", why: "no such host" },
  ]);
  expect(readClusterFacts('{"kind":"NetworkPolicy","namespace":"a","name":"b"}\nseen\n')?.policies).toHaveLength(1);
  expect(readClusterFacts('{"kind":"NetworkPolicy"')).toBeUndefined();
});

test.each([
  [{}, true],
  [{ matchLabels: { app: "web" } }, true],
  [{ matchLabels: { app: "db" } }, false],
  [{ matchExpressions: [{ key: "app", operator: "In", values: ["web"] }] }, true],
  [{ matchExpressions: [{ key: "app", operator: "NotIn", values: ["web"] }] }, false],
  [{ matchExpressions: [{ key: "tier", operator: "Exists" }] }, false],
  [{ matchExpressions: [{ key: "tier", operator: "DoesNotExist" }] }, true],
])("the selector %j means a pod with app=web: %s", (selector, means) => {
  expect(selects(selector, { app: "web" })).toBe(means);
});
