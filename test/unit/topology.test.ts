import { expect, test } from "vitest";
import type { ClusterAccess } from "../../checks/engine/access";
import type { Ran } from "../../lib/ran";
import { collectTopology } from "../../report/topology/collect";
import { askNode, readNode } from "../../report/topology/read-node";
import { readPods } from "../../report/topology/read-pods";

const links = JSON.stringify([
  { ifname: "lo", flags: ["LOOPBACK", "UP"], addr_info: [{ family: "inet", local: "127.0.0.1", prefixlen: 8 }] },
  {
    ifname: "eth1",
    flags: ["UP"],
    operstate: "UP",
    addr_info: [{ family: "inet", local: "172.28.1.11", prefixlen: 24 }],
  },
]);
const answer = `
== links
${links}

== routes
[{"dst":"default","gateway":"172.28.1.254","dev":"eth1","flags":[]}]

== conflists
10-flannel.conflist 
00-multus.conf 
05-cni-lab.conflist /etc/cni/net.d/10-flannel.conflist

== forward
-P FORWARD ACCEPT
-A FORWARD -j FLANNEL-FWD

== machineId
0123456789abcdef

== weave
`;

test("a node's answer is read part by part, and what is not understood is kept", () => {
  expect(readNode(answer)).toEqual({
    links: JSON.parse(links),
    routes: [{ dst: "default", gateway: "172.28.1.254", dev: "eth1", flags: [] }],
    conflists: [
      { name: "00-multus.conf" },
      { name: "05-cni-lab.conflist", to: "/etc/cni/net.d/10-flannel.conflist" },
      { name: "10-flannel.conflist" },
    ],
    forward: ["-P FORWARD ACCEPT", "-A FORWARD -j FLANNEL-FWD"],
    machineId: "0123456789abcdef",
    weave: [],
  });
});

test.each([
  [answer.replace(links, ""), "ip -json -details address printed nothing"],
  [answer.replace(links, links.slice(0, 40)), "ip -json -details address printed no list"],
  ["", "ip -json -details address printed nothing"],
])("an answer cut short is told: %#", (text, message) => {
  expect(() => readNode(text)).toThrow(message);
});

const pod = (name: string, changes: Record<string, unknown> = {}, annotations: Record<string, string> = {}) => ({
  metadata: { namespace: "cni-lab", name, labels: { "app.kubernetes.io/name": "probe" }, annotations },
  spec: { nodeName: "n1" },
  status: { phase: "Running", podIP: "10.244.0.3", conditions: [{ type: "Ready", status: "True" }], ...changes },
});
const network = "k8s.v1.cni.cncf.io/networks";

test("pods are read with their other interfaces and with why they hang", () => {
  const status = JSON.stringify([
    { name: "cbr0", interface: "eth0", ips: ["10.244.0.3"], default: true },
    { name: "cni-lab/macvlan-conf", interface: "net1", ips: ["10.10.20.11"], mac: "0a:00" },
  ]);
  const waiting = [{ state: { waiting: { reason: "ContainerCreating" } } }];
  const list = {
    items: [
      pod("z", {}, { [network]: '[{"name":"macvlan-conf"}]', "k8s.v1.cni.cncf.io/network-status": status }),
      pod(
        "a",
        { phase: "Pending", podIP: undefined, conditions: [], containerStatuses: waiting },
        { [network]: "x, y" },
      ),
      pod("done", { phase: "Succeeded" }),
    ],
  };
  const [a, z, ...rest] = readPods(JSON.stringify(list));
  expect(rest).toEqual([]);
  expect(a).toEqual({
    namespace: "cni-lab",
    name: "a",
    node: "n1",
    phase: "Pending",
    ready: false,
    waiting: "ContainerCreating",
    hostNetwork: false,
    app: "probe",
    networks: [],
    asksFor: ["x", "y"],
  });
  expect(z).toMatchObject({
    ip: "10.244.0.3",
    ready: true,
    networks: [{ interface: "net1", ips: ["10.10.20.11"], mac: "0a:00" }],
    asksFor: ["macvlan-conf"],
  });
  expect(() => readPods('{"items":')).toThrow("printed no list of pods");
});

const ran = (stdout: string, changes: Partial<Ran> = {}): Ran => ({
  argv: [],
  exitCode: 0,
  stdout,
  stderr: "",
  ms: 1,
  ...changes,
});
const nodes = ["n1", "n2"].map((name, i) => ({ name, container: `c-${name}`, address: `172.28.1.${11 + i}` }));

test("one command for each node, all at once, and each has its limit", async () => {
  const asked: [string, readonly string[], number | undefined][] = [];
  const access: ClusterAccess = {
    nodes,
    pod: () => Promise.reject(new Error("no pod is asked")),
    kubectl: async () => ran(JSON.stringify({ items: [pod("a")] })),
    node: async (name, argv, options) => {
      asked.push([name, argv, options?.timeoutMs]);
      return ran(answer);
    },
    dhcpServer: async () => ran(links),
  };
  const topology = await collectTopology(access, () => 0);
  expect(asked).toEqual([
    ["n1", askNode, 8_000],
    ["n2", askNode, 8_000],
  ]);
  expect(topology).toMatchObject({ version: 1, takenAt: "1970-01-01T00:00:00.000Z", trouble: [] });
  expect(topology.nodes.map(({ name, seen }) => [name, seen?.routes.length])).toEqual([
    ["n1", 1],
    ["n2", 1],
  ]);
  expect(topology.pods?.map(({ name }) => name)).toEqual(["a"]);
  expect(topology.dhcpServer).toEqual({ addresses: ["172.28.1.11/24"] });
});

test("whatever fails is told, and nothing else is lost", async () => {
  const access: ClusterAccess = {
    nodes,
    pod: () => Promise.reject(new Error("no pod is asked")),
    kubectl: async () => ran("", { exitCode: 1, stderr: "connection refused" }),
    node: async (name) => {
      if (name === "n2") throw new Error("there is no node n2");
      return ran(answer);
    },
    dhcpServer: async () => undefined,
  };
  const topology = await collectTopology(access, () => 0);
  expect(topology.nodes.map(({ seen }) => seen !== undefined)).toEqual([true, false]);
  expect(Object.keys(topology)).not.toContain("pods");
  expect(Object.keys(topology)).not.toContain("dhcpServer");
  expect(topology.trouble).toEqual([
    "node n2 could not be seen: there is no node n2",
    "the pods did not answer (exit code 1): connection refused",
  ]);
});

test("the question is one that a node's shell understands, and a part that fails leaves the others", async () => {
  const { execa } = await import("execa");
  const [shell = "", ...args] = askNode;
  const { stdout, exitCode } = await execa(shell, args, { env: { PATH: "/usr/bin:/bin" } });
  expect(exitCode).toBe(0);
  expect([...stdout.matchAll(/^== (\w+)$/gm)].map(([, name]) => name)).toEqual([
    "links",
    "routes",
    "conflists",
    "forward",
    "machineId",
    "weave",
  ]);
});
