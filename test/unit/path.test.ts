import { describe, expect, test } from "vitest";
import type { ClusterAccess } from "../../checks/engine/access";
import type { Values } from "../../checks/language/values";
import { readSockets } from "../../checks/readers/sockets";
import { tellingLines } from "../../report/path/application";
import { type Counted, type End, hopsBetween, reachOf } from "../../report/path/hops";
import { type Carrying, carryingOf, type Overlay, seeOverlay } from "../../report/path/overlay";
import { endOf, readPathPods, twoOf } from "../../report/path/pods";
import { pathLines } from "../../report/path/report";

const from: End = { pod: "confluence-0", node: "n1", link: "eth0", address: "10.244.0.7" };
const to: End = { pod: "confluence-1", node: "n2", link: "eth0", address: "10.244.1.4" };

const byCarrier = {
  vxlan: carryingOf("s", { cni: "flannel" }),
  routes: carryingOf("s", { cni: "flannel", flannelBackend: "host-gw" }),
  weave: carryingOf("s", { cni: "weave" }),
};
type Carrier = keyof typeof byCarrier;

const overlayOf = (carrier: Carrier): Overlay => ({ ...byCarrier[carrier], links: { from: "eth1", to: "eth1" } });

describe("the hops between two pods", () => {
  const labels = (carrier: Carrier, a: End, b: End, master?: string) =>
    hopsBetween(a, b, overlayOf(carrier), master).map(({ node, label }) => `${node} ${label}`);

  test("on Flannel: bridge, tunnel, LAN, and the same on the other side", () => {
    expect(labels("vxlan", from, to)).toEqual([
      "n1 confluence-0 eth0",
      "n1 veth",
      "n1 cni0",
      "n1 flannel.1",
      "n1 eth1 (VXLAN)",
      "n2 eth1 (VXLAN)",
      "n2 flannel.1",
      "n2 cni0",
      "n2 veth",
      "n2 confluence-1 eth0",
    ]);
  });

  test("on Flannel with host-gw: bridge and LAN, without a tunnel", () => {
    expect(labels("routes", from, to)).toEqual([
      "n1 confluence-0 eth0",
      "n1 veth",
      "n1 cni0",
      "n1 eth1",
      "n2 eth1",
      "n2 cni0",
      "n2 veth",
      "n2 confluence-1 eth0",
    ]);
  });

  test("on Weave the router's port of the bridge is all that the kernel sees", () => {
    expect(labels("weave", from, to)).toEqual([
      "n1 confluence-0 eth0",
      "n1 veth",
      "n1 weave",
      "n1 vethwe-bridge",
      "n2 vethwe-bridge",
      "n2 weave",
      "n2 veth",
      "n2 confluence-1 eth0",
    ]);
  });

  test("of one node: the bridge only", () => {
    expect(labels("vxlan", from, { ...to, node: "n1" })).toEqual([
      "n1 confluence-0 eth0",
      "n1 veth",
      "n1 cni0",
      "n1 veth",
      "n1 confluence-1 eth0",
    ]);
  });

  test("a second interface is on the LAN, whatever the CNI", () => {
    const onLan = (end: End) => ({ ...end, link: "net1" });
    expect(labels("vxlan", onLan(from), onLan(to))).toEqual([
      "n1 confluence-0 net1",
      "n1 eth1",
      "n2 eth1",
      "n2 confluence-1 net1",
    ]);
    expect(labels("weave", onLan(from), onLan(to), "eth2").slice(1, 3)).toEqual(["n1 eth2", "n2 eth2"]);
  });
});

describe("how a CNI carries packets to another node", () => {
  test.each<[Values, Carrying["carrier"]["by"]]>([
    [{ cni: "flannel", flannelBackend: "vxlan" }, "vxlan"],
    [{ cni: "flannel", flannelBackend: "host-gw" }, "routes"],
    // The backend of the one is no matter of the other, whatever the stack's file still has.
    [{ cni: "flannel-etcd", flannelBackend: "host-gw" }, "vxlan"],
    [{ cni: "weave", flannelBackend: "host-gw" }, "program"],
  ])("%j", (values, carrier) => {
    expect(carryingOf("flannel", values).carrier.by).toBe(carrier);
  });

  test("with no CNI it does not, and what gives pods a network is named", () => {
    expect(() => carryingOf("flannel", { cni: "none", flannelBackend: "vxlan" })).toThrow(
      'cni is "none": gives pods no network: there is no way between two of them that a packet could take; run ./lab swap flannel flannel',
    );
  });

  /** Nodes whose tunnel, and whose way to the other, go by these interfaces. */
  const cluster = (answers: Readonly<Record<string, string>>): ClusterAccess => ({
    nodes: ["n1", "n2"].map((name, i) => ({ name, container: name, address: `172.28.1.${i + 11}` })),
    kubectl: () => Promise.reject(new Error("kubectl is not asked")),
    pod: () => Promise.reject(new Error("no pod is asked")),
    node: async (name, argv) => {
      const stdout = answers[`${name} ${argv.join(" ")}`];
      return { argv, exitCode: stdout === undefined ? 1 : 0, stdout: stdout ?? "", stderr: "", ms: 1 };
    },
  });
  const tunnelOn = (link: string) =>
    JSON.stringify([{ ifname: "flannel.1", linkinfo: { info_data: { id: 1, link } } }]);

  test("its interface on each node is the node's own, and the LAN's where the node does not say", async () => {
    const ask = "ip -json -details link show flannel.1";
    const onNat = cluster({ [`n1 ${ask}`]: tunnelOn("eth0"), [`n2 ${ask}`]: tunnelOn("eth1") });
    expect(await seeOverlay(onNat, byCarrier.vxlan, { from, to })).toMatchObject({
      links: { from: "eth0", to: "eth1" },
    });
    const routed = cluster({ "n1 ip -json route get 172.28.1.12": '[{"dst":"172.28.1.12","dev":"eth2"}]' });
    expect((await seeOverlay(routed, byCarrier.routes, { from, to })).links).toEqual({ from: "eth2", to: "eth1" });
  });

  test("a tunnel by another interface is drawn there", () => {
    const overlay: Overlay = { ...byCarrier.vxlan, links: { from: "eth0", to: "eth1" } };
    const drawn = hopsBetween(from, to, overlay).filter(({ label }) => label.includes("VXLAN"));
    expect(drawn.map(({ node, label, at }) => [node, label, at])).toEqual([
      ["n1", "eth0 (VXLAN)", { link: "eth0", vxlan: 8472 }],
      ["n2", "eth1 (VXLAN)", { link: "eth1", vxlan: 8472 }],
    ]);
  });
});

function counted(carrier: Carrier, multicastUntil: number): Counted[] {
  return hopsBetween(from, to, overlayOf(carrier)).map((hop, i) => ({
    ...hop,
    multicast: i < multicastUntil ? 8 : 0,
    unicast: 8,
  }));
}

describe("how far packets get", () => {
  test("the last place that saw one, and the next that saw none", () => {
    const reach = reachOf(counted("vxlan", 3), "multicast");
    expect(reach).toMatchObject({ type: "stops", after: { label: "cni0" }, before: { label: "flannel.1" } });
    expect(reachOf(counted("vxlan", 3), "unicast")).toEqual({ type: "arrives" });
    expect(reachOf(counted("vxlan", 0), "multicast")).toEqual({ type: "not-sent" });
  });
});

// As Linux prints them: a group 230.0.0.1 on eth0, UDP 54327, TCP 5801 listening and connected.
const files = {
  igmp: [
    "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter",
    "1\tlo        :     1      V3",
    "\t\t\t\t010000E0     1 0:00000000\t\t0",
    "2\teth0      :     2      V3",
    "\t\t\t\t010000E6     1 0:00000000\t\t0",
    "\t\t\t\t010000E0     1 0:00000000\t\t0",
  ].join("\n"),
  udp: " 1065: 00000000:D437 00000000:0000 07 00000000:00000000 00:00000000 00000000  2002        0 1 2 0 0",
  tcp: [
    "   0: 0700F40A:16A9 00000000:0000 0A 00000000:00000000 00:00000000 00000000  2002        0 1",
    "   1: 0700F40A:16A9 0401F40A:9C40 01 00000000:00000000 00:00000000 00000000  2002        0 1",
    "   2: 0700F40A:9C41 0100600A:1538 06 00000000:00000000 00:00000000 00000000  2002        0 1",
  ].join("\n"),
};

describe("sockets", () => {
  test("groups with their interface, ports, and who is connected", () => {
    expect(readSockets(files)).toEqual({
      groups: [{ group: "230.0.0.1", link: "eth0" }],
      udpPorts: [54327],
      tcp: [
        { state: "LISTEN", address: "10.244.0.7", port: 5801, peer: "0.0.0.0:0" },
        { state: "ESTABLISHED", address: "10.244.0.7", port: 5801, peer: "10.244.1.4:40000" },
      ],
    });
  });

  test("of IPv6 sockets the IPv4 address inside", () => {
    const tcp =
      "   0: 0000000000000000FFFF00000700F40A:16A9 0000000000000000FFFF00000401F40A:9C40 01 00000000:00000000 00:00000000 00000000";
    expect(readSockets({ igmp: "", udp: "", tcp }).tcp).toEqual([
      { state: "ESTABLISHED", address: "10.244.0.7", port: 5801, peer: "10.244.1.4:40000" },
    ]);
  });
});

describe("pods", () => {
  const pod = (name: string, node: string, more: object = {}) => ({
    metadata: { namespace: "confluence", name, ...more },
    spec: { nodeName: node },
    status: { phase: "Running", podIP: `10.244.0.${name.length}`, containerStatuses: [{ restartCount: 2 }] },
  });

  test("two of different nodes are chosen, those of one node only where there are no others", () => {
    const read = (...items: object[]) => readPathPods(JSON.stringify({ items }));
    const names = (two: ReturnType<typeof twoOf>) => two?.map(({ name }) => name);
    expect(names(twoOf(read(pod("c", "n1"), pod("a", "n1"), pod("b", "n2"))))).toEqual(["a", "b"]);
    expect(names(twoOf(read(pod("b", "n1"), pod("a", "n1"))))).toEqual(["a", "b"]);
    expect(twoOf(read(pod("a", "n1"), pod("b", "n2", { deletionTimestamp: "now" })))).toBeUndefined();
  });

  test("a second interface has the address that Multus notes", () => {
    const annotations = {
      "k8s.v1.cni.cncf.io/network-status": JSON.stringify([{ interface: "net1", ips: ["192.168.0.101"] }]),
    };
    const [one] = readPathPods(JSON.stringify({ items: [pod("a", "n1", { annotations })] }));
    expect(one && endOf(one, "net1")?.address).toBe("192.168.0.101");
    expect(one && endOf(one, "net2")).toBeUndefined();
  });

  test.each([
    ["is no address", JSON.stringify([{ interface: "net1", ips: ["127.0.0.1:9,lockfile=/run/x"] }])],
    ["is cut short", '[{"interface":"net1"'],
    ["is of another shape", '{"interface":"net1"}'],
  ])("a second interface whose note %s has none", (_, note) => {
    const annotations = { "k8s.v1.cni.cncf.io/network-status": note };
    const [one] = readPathPods(JSON.stringify({ items: [pod("a", "n1", { annotations })] }));
    expect(one && endOf(one, "net1")).toBeUndefined();
  });
});

test("of an application's log the last line of each telling kind", () => {
  const log = [
    "... Cluster now has 1 members: [[10.244.0.7]:5801]",
    "... something else",
    "... Cluster now has 2 members: [[10.244.0.7]:5801, [10.244.1.4]:5801]",
    "... Received a panic event, stopping processing on the node: x",
  ];
  expect(tellingLines(log.join("\n"))).toEqual(log.slice(2));
});

test("the report says where multicast stops, that unicast arrives, and why", () => {
  const sockets = readSockets(files);
  const lines = pathLines({
    carrying: byCarrier.vxlan,
    group: "230.0.0.1",
    from,
    to,
    applications: [{ pod: "confluence-0", restarts: 1, status: '{"state":"RUNNING"} (200)', said: ["it panics"] }],
    watched: {
      sent: 8,
      hops: counted("vxlan", 3),
      sockets: { from: sockets, to: { groups: [], udpPorts: [], tcp: [] } },
    },
  });
  expect(lines).toContain('  confluence-0: /status {"state":"RUNNING"} (200), 1 restart');
  expect(lines).toContain(
    "  confluence-0: is in group 230.0.0.1 on eth0; UDP 54327; listens on TCP 5801; connected with 10.244.1.4:40000",
  );
  expect(lines).toContain(
    "  confluence-1: is in no group 230.0.0.1; UDP none; listens on TCP nothing; no connection on eth0",
  );
  expect(lines).toContain("multicast stops between cni0 on n1 and flannel.1 on n1");
  expect(lines).toContain("unicast arrives at confluence-1");
  expect(lines.at(-1)).toMatch(/^Flannel routes between nodes/);
});

test("with host-gw the report names no tunnel", () => {
  const sockets = { groups: [], udpPorts: [], tcp: [] };
  const watched = { sent: 8, hops: counted("routes", 3), sockets: { from: sockets, to: sockets } };
  const lines = pathLines({ carrying: byCarrier.routes, group: "230.0.0.1", from, to, watched });
  expect(lines).toContain("multicast stops between cni0 on n1 and eth1 on n1");
  expect(lines.at(-1)).toBe(
    "Flannel routes between nodes (without a tunnel): cni0 hands over to eth1 what has a route to another node's subnet, and 230.0.0.1 has none. Nothing copies it to the other nodes.",
  );
  expect(lines.join("\n")).not.toMatch(/flannel\.1|VXLAN/);
});

test("of two pods with one address the report says why unicast is seen nowhere", () => {
  const sockets = { groups: [], udpPorts: [], tcp: [] };
  const hops = counted("vxlan", 3).map((hop) => ({ ...hop, unicast: 0 }));
  const watched = { sent: 8, hops, sockets: { from: sockets, to: sockets } };
  const report = { carrying: byCarrier.vxlan, group: "230.0.0.1", from, watched } as const;
  const twin = pathLines({ ...report, to: { ...to, address: from.address } });
  expect(twin.slice(-3, -1)).toEqual([
    "unicast was seen nowhere, not even where it is sent",
    "Both pods have the address 10.244.0.7: what one of them sends there stays in itself.",
  ]);
  expect(pathLines({ ...report, to }).join()).not.toContain("Both pods");
});
