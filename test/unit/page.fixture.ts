import type { EvidenceRecord } from "../../checks/engine/evidence";
import type { CheckVerdict, Outcome, SubjectVerdict, Verdict } from "../../checks/engine/verdict";
import type { Check } from "../../checks/language/check";
import { shownReach } from "../../checks/language/shown-reach";
import type { Probe } from "../../driver/meter/outage";
import { outageReport } from "../../driver/meter/report";
import { multicastSameNode, multicastStaysOnNode, udpAcrossNodes } from "../../labs/checks/datagrams";
import { pingAcrossNodes } from "../../labs/checks/ping-across-nodes";
import type { PageModel } from "../../report/page/model";
import type { Link, SeenPod, Topology, TopologyNode } from "../../report/topology/seen";

/** A link as `ip -json -details address` has it. */
export function link(ifname: string, addresses: readonly string[], changes: Partial<Link> = {}): Link {
  return {
    ifname,
    flags: ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"],
    mtu: 1500,
    operstate: "UP",
    addr_info: addresses.map((address) => {
      const [local = "", prefix] = address.split("/");
      return { family: "inet", local, prefixlen: Number(prefix), scope: "global" };
    }),
    ...changes,
  };
}

export const isDown = { flags: ["BROADCAST", "MULTICAST"], operstate: "DOWN" } as const satisfies Partial<Link>;

const names = ["n1", "n2", "n3"] as const;
const veths = (bridge: string, count: number) =>
  Array.from({ length: count }, (_, i) => link(`veth${i}a`, [], { master: bridge, linkinfo: { info_kind: "veth" } }));

/** A node of a healthy stack on Flannel, number 0 and up. */
export function flannelNode(i: number, changes: { readonly links?: (links: Link[]) => Link[] } = {}): TopologyNode {
  const address = `172.28.14.${11 + i}`;
  const links = [
    link("lo", ["127.0.0.1/8"]),
    link("eth1", [`${address}/24`]),
    link("flannel.1", [`10.244.${i}.0/32`], {
      linkinfo: { info_kind: "vxlan", info_data: { id: 1, local: address, link: "eth1", port: 8472 } },
    }),
    link("cni0", [`10.244.${i}.1/24`], { linkinfo: { info_kind: "bridge" } }),
    ...veths("cni0", 4),
  ];
  return {
    name: `n${i + 1}`,
    container: `cni-lab-flannel-n${i + 1}`,
    address,
    seen: {
      links: changes.links?.(links) ?? links,
      routes: [
        { dst: "default", gateway: "172.28.14.254", dev: "eth1", flags: [] },
        { dst: `10.244.${i}.0/24`, dev: "cni0", flags: [] },
        ...names.flatMap((_, other) =>
          other === i
            ? []
            : [{ dst: `10.244.${other}.0/24`, gateway: `10.244.${other}.0`, dev: "flannel.1", flags: ["onlink"] }],
        ),
        { dst: "172.28.14.0/24", dev: "eth1", flags: [] },
      ],
      conflists: [
        { name: "05-cni-lab.conflist", to: "/etc/cni/net.d/10-flannel.conflist" },
        { name: "10-flannel.conflist" },
      ],
      forward: ["-P FORWARD ACCEPT", "-A FORWARD -j KUBE-FORWARD", "-A FORWARD -j FLANNEL-FWD"],
      machineId: `00000000000000000000000000000${i}aa`,
      weave: [],
    },
  };
}

/** A node of a healthy stack on Weave. */
export function weaveNode(i: number): TopologyNode {
  const plain = flannelNode(i);
  return {
    ...plain,
    seen: plain.seen && {
      ...plain.seen,
      links: [
        link("eth1", [`${plain.address}/24`]),
        link("weave", [`10.${32 + 4 * i}.0.1/12`], { linkinfo: { info_kind: "bridge" } }),
        link("vethwe-bridge", [], { master: "weave", linkinfo: { info_kind: "veth" } }),
        ...veths("weave", 4),
      ],
      routes: [{ dst: "10.32.0.0/12", dev: "weave", flags: [] }],
      conflists: [{ name: "05-cni-lab.conflist", to: "10-weave.conflist" }, { name: "10-weave.conflist" }],
      weave: names.flatMap((name, other) =>
        other === i
          ? [`-> ${plain.address}:6783 failed cannot connect to ourself, retry: never`]
          : [`<- 172.28.14.${11 + other}:39200 established sleeve 0a:00:00:00:00:0${other}(${name}) mtu=1438`],
      ),
    },
  };
}

/** A pod as Kubernetes tells it. */
export function pod(name: string, node: string, ip: string | undefined, changes: Partial<SeenPod> = {}): SeenPod {
  return {
    namespace: "cni-lab",
    name,
    node,
    phase: "Running",
    ready: true,
    hostNetwork: false,
    ip,
    networks: [],
    asksFor: [],
    ...changes,
  };
}

function podsOf(address: (node: number, n: number) => string): SeenPod[] {
  return names.flatMap((node, i) => [
    pod(`probe-${["x4k2p", "b7q9z", "mm2v8"][i]}`, node, address(i, 3)),
    pod(`probe2-${["p2fzt", "kx8nn", "w5c6d"][i]}`, node, address(i, 4)),
    ...(i < 2
      ? [pod(`coredns-7cb7ccb598-${["q7xsr", "8hv2l"][i]}`, node, address(i, 2), { namespace: "kube-system" })]
      : []),
    ...["kube-proxy", "cni"].map((name) =>
      pod(`${name}-${node}`, node, `172.28.14.${11 + i}`, { namespace: "kube-system", hostNetwork: true }),
    ),
  ]);
}

/** A healthy stack on Flannel, changed as a test needs. */
export function flannelTopology(changes: Partial<Topology> = {}): Topology {
  return {
    version: 1,
    takenAt: "2026-11-25T18:31:40.000Z",
    nodes: names.map((_, i) => flannelNode(i)),
    pods: podsOf((node, n) => `10.244.${node}.${n}`),
    trouble: [],
    ...changes,
  };
}

/** A healthy stack on Weave. */
export function weaveTopology(): Topology {
  return {
    ...flannelTopology(),
    nodes: names.map((_, i) => weaveNode(i)),
    pods: podsOf((node, n) => `10.${32 + 4 * node}.0.${n}`),
  };
}

/** A stack in the middle of a swap: both CNIs on every node, and pods of either. */
export function swappingTopology(): Topology {
  const [flannel, weave] = [multihomedTopology(), weaveTopology()];
  const nodes = flannel.nodes.map((node, i): TopologyNode => {
    const other = weave.nodes[i]?.seen;
    if (node.seen === undefined || other === undefined) return node;
    const links = [...node.seen.links, ...other.links.filter(({ ifname }) => ifname !== "eth1")];
    return {
      ...node,
      seen: { ...node.seen, links, routes: [...node.seen.routes, ...other.routes], weave: other.weave },
    };
  });
  const moved = (weave.pods ?? []).filter(({ name }) => name.startsWith("probe-"));
  const stay = (flannel.pods ?? []).filter(({ name }) => !name.startsWith("probe-"));
  return { ...flannel, nodes, pods: [...moved, ...stay] };
}

/** A stack with second interfaces and a DHCP server; `leased` says which pods by DHCP have their address. */
export function multihomedTopology(leased: readonly boolean[] = [true, true, true]): Topology {
  const plain = flannelTopology();
  return {
    ...plain,
    dhcpServer: { addresses: ["172.28.14.2/24", "192.168.0.1/24"] },
    pods: [
      ...(plain.pods ?? []),
      ...names.flatMap((node, i) => [
        pod(`static-${node}-6d5f7c9b8-${["abcde", "fghij", "klmno"][i]}`, node, `10.244.${i}.6`, {
          networks: [{ interface: "net1", ips: [`10.10.20.${11 + i}`], mac: `0a:58:0a:0a:14:0${i}` }],
          asksFor: ["macvlan-conf"],
        }),
        leased[i] === true
          ? pod(`leased-${["q9w8e", "r7t6y", "u5i4o"][i]}`, node, `10.244.${i}.7`, {
              networks: [{ interface: "net1", ips: [`192.168.0.${131 + i}`], mac: `0a:58:c0:a8:00:0${i}` }],
              asksFor: ["macvlan-conf-2"],
            })
          : pod(`leased-${["q9w8e", "r7t6y", "u5i4o"][i]}`, node, undefined, {
              phase: "Pending",
              ready: false,
              waiting: "ContainerCreating",
              asksFor: ["macvlan-conf-2"],
            }),
      ]),
    ],
  };
}

/** How one check ended, for the subjects of a kind. */
export function checkOn(
  id: string,
  title: string,
  subjects: readonly (readonly [
    subject: string,
    outcome: Outcome,
    values?: Record<string, string>,
    causes?: readonly string[],
  ])[],
): CheckVerdict {
  const all = subjects.map(
    ([subject, outcome, values = {}, causes = []]): SubjectVerdict => ({
      subject,
      outcome,
      seconds: 3.4,
      tries: outcome === "passed" ? 1 : 9,
      says: outcome === "passed" ? `${id} holds for ${subject}` : `${id} does not hold for ${subject}`,
      ...(outcome === "passed" ? {} : { seen: `received is "0", must be 3` }),
      causes,
      values,
      evidence: `checks/${id}/${subject.replace(" -> ", "-to-").replace(", ", "-").replaceAll(" ", "-")}.txt`,
    }),
  );
  const outcome = (["failed", "inconclusive", "passed"] as const).find((each) =>
    all.some((one) => one.outcome === each),
  );
  return { id, title, outcome: outcome ?? "not-applicable", seconds: 3.7, subjects: all };
}

/** The same for one of the labs' checks, with what it shows of who reaches whom. */
export function shownBy(check: Check, subjects: Parameters<typeof checkOn>[2]): CheckVerdict {
  const reach = shownReach(check);
  return { ...checkOn(check.id, check.title, subjects), ...(reach === undefined ? {} : { reach }) };
}

const pairs = names.flatMap((from) => names.filter((to) => to !== from).map((to) => [from, to] as const));

/** The verdict of a healthy stack on Flannel; `lost` says which pairs lose unicast. */
export function flannelVerdict(
  lost: (from: string, to: string) => readonly string[] | undefined = () => undefined,
): Verdict {
  const unicast = (value: string, good: string) =>
    pairs.map(([from, to]) => {
      const causes = lost(from, to);
      return [
        `${from} -> ${to}`,
        causes === undefined ? ("passed" as const) : ("failed" as const),
        {
          [value]: causes === undefined ? good : "0",
          ...(value === "reached" && causes === undefined ? { milliseconds: "0.172" } : {}),
        },
        causes,
      ] as const;
    });
  const isWell: boolean = pairs.every(([from, to]) => lost(from, to) === undefined);
  const silence: Record<string, string> = isWell ? { heard: "0" } : {};
  return {
    version: 1,
    lab: "flannel",
    expect: "healthy",
    asExpected: isWell,
    startedAt: "2026-11-25T18:31:02.000Z",
    seconds: 35.2,
    checks: [
      checkOn(
        "nodes-ready",
        "Every node is Ready",
        names.map((node) => [node, "passed", { ready: "True" }]),
      ),
      checkOn(
        "pod-subnets",
        "Every node has a pod subnet of its own; Kubernetes, flannel and the pods agree on it",
        names.map((node, i) => [node, "passed", { podCIDR: `10.244.${i}.0/24` }]),
      ),
      shownBy(pingAcrossNodes, unicast("reached", "3")),
      shownBy(udpAcrossNodes, unicast("heard", "8")),
      shownBy(
        multicastSameNode,
        names.map((node) => [`${node}, pod to pod`, "passed", { heard: "7" }]),
      ),
      shownBy(
        multicastStaysOnNode,
        pairs.map(([from, to]) => [`${from} -> ${to}`, isWell ? "passed" : "inconclusive", silence]),
      ),
      {
        id: "weave-pods",
        title: "Pods have addresses of Weave's range, each its own",
        outcome: "not-applicable",
        seconds: 0,
        subjects: [],
      },
    ],
    versions: {
      kubectl: "v1.34.4",
      kubernetes: "v1.34.4",
      nodes: names.map((name) => ({
        name,
        kubelet: "v1.34.4",
        runtime: "containerd://1.6.20~ds1",
        kernel: "6.1.0-40-amd64",
        os: "Debian GNU/Linux 12 (bookworm)",
      })),
      images: [
        "localhost/cni-lab/probe:1",
        "registry.k8s.io/coredns/coredns:v1.12.1",
        "docker.io/flannel/flannel:v0.26.7",
      ],
    },
    evidence: "/state/cni-lab/evidence/flannel/2026-11-25T18-31-02-000Z",
  };
}

/** Evidence of every subject of a verdict. */
export function evidenceOf(verdict: Verdict): Map<string, EvidenceRecord> {
  return new Map(
    verdict.checks.flatMap((check) =>
      check.subjects.flatMap((subject): [string, EvidenceRecord][] => {
        if (subject.evidence === undefined) return [];
        const step = (id: string, where: string, argv: string[], stdout: string) => ({
          id,
          where,
          startedAt: verdict.startedAt,
          ran: { argv, exitCode: subject.outcome === "passed" ? 0 : 1, stdout, stderr: "", ms: 431.4 },
        });
        return [
          [
            subject.evidence,
            {
              version: 1,
              check: { id: check.id, title: check.title },
              verdict: subject,
              tries: Array.from({ length: subject.tries }, () => ({
                at: verdict.startedAt,
                outcome: "violated",
                seen: subject.seen ?? "",
              })),
              last: [
                step(
                  "ping",
                  "pod probe-x4k2p on n1",
                  [
                    "kubectl",
                    "exec",
                    "-n",
                    "cni-lab",
                    "probe-x4k2p",
                    "-c",
                    "probe",
                    "--",
                    "ping",
                    "-n",
                    "-c",
                    "3",
                    "-i",
                    "0.2",
                    "-W",
                    "1",
                    "10.244.1.3",
                  ],
                  "PING 10.244.1.3 (10.244.1.3) 56(84) bytes of data.\n64 bytes from 10.244.1.3: icmp_seq=1 ttl=62 time=0.166 ms\n\n--- 10.244.1.3 ping statistics ---\n3 packets transmitted, 3 received, 0% packet loss, time 402ms\nrtt min/avg/max/mdev = 0.166/0.172/0.178/0.006 ms\n",
                ),
              ],
              evidence:
                subject.outcome === "failed"
                  ? [
                      step(
                        "from-links",
                        "node n1",
                        ["podman", "exec", "cni-lab-flannel-n1", "ip", "-details", "-statistics", "link", "show"],
                        "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536\n".repeat(30),
                      ),
                    ]
                  : [],
            },
          ],
        ];
      }),
    ),
  );
}

/** A page's model of these parts. */
export function pageModel(topology: Topology, verdict: Verdict, changes: Partial<PageModel> = {}): PageModel {
  return {
    run: {
      stack: verdict.lab,
      title: "A three-node cluster on Flannel (VXLAN), with nothing broken",
      shownBy: [],
      values: { cni: "flannel", nodes: "3" },
    },
    verdict,
    evidence: evidenceOf(verdict),
    topology,
    ...changes,
  };
}

/** The outage of a swap by `replace`: every pair is cut off for a while, and one probe is lost alone. */
export function outage() {
  const targets = names.flatMap((from) =>
    ["Service", "DNS", ...names.filter((to) => to !== from)].map((to) => ({ from, to })),
  );
  const probes = targets.flatMap(({ from, to }, n) =>
    Array.from({ length: 420 }, (_, i): Probe => {
      const at = i * 100;
      const isCut = at >= 9_000 + n * 400 && at < 31_000 - n * 300 && to !== "n3";
      const isAlone = to === "n3" && i === 200;
      return {
        from,
        to,
        at,
        ms: 4,
        ...(isCut || isAlone ? { lost: isCut ? "connect EHOSTUNREACH" : "no answer in time" } : {}),
      };
    }),
  );
  return outageReport({ from: "flannel", to: "weave", strategy: "replace" }, 38_000, {
    everyMs: 100,
    probes,
    unseen: [],
  });
}

/** A page as a reader sees it, all details open. */
export function textOf(html: string): string {
  return html
    .replace(/<style>.*?<\/style>/s, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ");
}
