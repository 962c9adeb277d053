import { describe, expect, it } from "vitest";
import { causesIn } from "../../checks/engine/causes";
import { judge } from "../../checks/engine/judge";
import type { StepRecord } from "../../checks/engine/run-step";
import type { Check } from "../../checks/language/check";
import { podSubnets } from "../../labs/checks/flannel";
import { kubeProxyReady } from "../../labs/checks/kube-proxy";
import { largePackets } from "../../labs/checks/large-packets";
import { cniDhcpReady, leasedPods } from "../../labs/checks/leased";
import { pingAcrossNodes } from "../../labs/checks/ping-across-nodes";
import { serviceSameNode } from "../../labs/checks/service-same-node";
import { weaveReady } from "../../labs/checks/weave";
import { versions } from "../../lib/versions";

const facts = {
  node: "n2",
  "from.node": "n1",
  "from.ip": "10.244.0.3",
  "from.pod": "probe-a",
  "to.node": "n2",
  "to.ip": "10.244.2.3",
  "to.pod": "probe2-b",
  "service.ip": "10.96.1.1",
};

const records = (outputs: Readonly<Record<string, string>>): StepRecord[] =>
  Object.entries(outputs).map(([id, stdout]) => ({
    id,
    where: "node n2",
    startedAt: "",
    ran: { argv: [], exitCode: 0, stdout, stderr: "", ms: 1 },
  }));
const causes = (check: Check, outputs: Readonly<Record<string, string>>) => causesIn(check, records(outputs), facts);
const verdict = (check: Check, outputs: Readonly<Record<string, string>>) => judge(check, records(outputs), facts);

describe("large packets", () => {
  const pings = (received: number, tooLarge: number) =>
    `size 1450\n\n--- x ---\n3 packets transmitted, ${received} received, 0% loss\n\n--- x ---\n1 packets transmitted, ${tooLarge} received\n`;

  it("must pass, and larger ones must not, else they are cut and it shows nothing", () => {
    expect(verdict(largePackets, { ping: pings(3, 0) }).outcome).toBe("holds");
    expect(verdict(largePackets, { ping: pings(0, 0) }).seen).toBe('received is "0", must be "3"');
    expect(verdict(largePackets, { ping: pings(3, 1) }).seen).toBe('tooLarge is "1", must be "0"');
  });

  it("that vanish are explained by sizes, interface and node", () => {
    const found = causes(largePackets, {
      "pod-to-pod": "largest 1354 of 1450: less\n",
      "from-room":
        "eth1 takes 1500, flannel.1 of 1450 needs 1500: enough\neth1 takes 1500, cni0 of 1450 needs 1450: enough\n",
      "to-room":
        "eth1 takes 1400, flannel.1 of 1450 needs 1500: short\neth1 takes 1400, cni0 of 1450 needs 1450: short\n",
      "node-to-node": "largest 1404 of 1500: less\n",
    });
    expect(found).toEqual([
      "from 10.244.0.3 to 10.244.2.3 packets of up to 1354 bytes pass; the pods' interfaces send up to 1450",
      "eth1 of n2 has an MTU of 1400 bytes; a packet of 1450 bytes on flannel.1 takes 1500 there",
      "from n1 to n2 the LAN carries packets of up to 1404 bytes, and n1 sends up to 1500",
    ]);
    const well = { "pod-to-pod": "largest 1450: all\n", "node-to-node": "largest 1500: all\n" };
    expect(
      causes(largePackets, { ...well, "pod-way": "10.244.2.3 via 10.244.0.1 dev eth0 src x\n    cache\n" }),
    ).toEqual([]);
    expect(causes(largePackets, { "pod-way": "    cache expires 588sec mtu 1350\n" })).toEqual([
      "the pod 10.244.0.3 was told that its way to 10.244.2.3 takes 1350 bytes, and keeps to that for another 588 s",
    ]);
  });
});

describe("a Service whose replica is on the asking pod's node", () => {
  const answers = { direct: '{"pod":"probe-a","node":"n2"}', nobody: "000" };

  it("must answer by that replica, which answers without it too", () => {
    expect(verdict(serviceSameNode, { ...answers, requests: "request 4: by probe-a\n" }).outcome).toBe("holds");
    expect(verdict(serviceSameNode, { ...answers, requests: "request 2: curl exit 28\n" }).seen).toBe(
      'byService is "curl exit 28", must be "probe-a"',
    );
    expect(verdict(serviceSameNode, { ...answers, requests: "none by probe-a\n" }).seen).toBe(
      'byService is "none by probe-a", must be "probe-a"',
    );
    expect(verdict(serviceSameNode, { ...answers, direct: "", requests: "request 1: curl exit 7\n" }).seen).toContain(
      'direct is "nobody", must be "probe-a"',
    );
  });

  it("names the sysctl and the node", () => {
    expect(causes(serviceSameNode, { "bridge-nf": "net.bridge.bridge-nf-call-iptables = 0\n" })).toEqual([
      "net.bridge.bridge-nf-call-iptables is 0 on n2: an answer that stays on the bridge keeps the replica's address, and the pod that asked the Service refuses it; set it to 1",
    ]);
    expect(causes(serviceSameNode, { "bridge-nf": "net.bridge.bridge-nf-call-iptables = 1\n" })).toEqual([]);
  });
});

describe("kube-proxy", () => {
  const well = {
    daemonsets: "daemonsets: cni-dhcp kube-proxy",
    healthz: '{"healthy":true,"status":{"IPv4":{"healthy":true}}}',
    rules: "-j DNAT --to-destination 10.244.2.3:8080\n-j DNAT --to-destination 10.244.0.3:8080\n",
    replicas: "ready: 10.244.0.3 10.244.2.3",
  };

  it("must be there, be well, and have the Service's present replicas in its rules", () => {
    expect(verdict(kubeProxyReady, well).outcome).toBe("holds");
    expect(verdict(kubeProxyReady, { ...well, daemonsets: "daemonsets: kube-multus-ds" }).seen).toBe(
      'daemonSet is "missing", must be "there"',
    );
    expect(verdict(kubeProxyReady, { ...well, healthz: "" }).seen).toBe('healthy is "no answer", must be "true"');
    expect(verdict(kubeProxyReady, { ...well, replicas: "ready: 10.244.0.3 10.244.2.9" }).seen).toBe(
      'rules is "10.244.0.3,10.244.2.3", must be "10.244.0.3,10.244.2.9"',
    );
    expect(verdict(kubeProxyReady, { ...well, rules: "" }).seen).toBe(
      'rules is "none", must be "10.244.0.3,10.244.2.3"',
    );
    // What the API server did not say is not held against kube-proxy.
    expect(verdict(kubeProxyReady, { ...well, daemonsets: "" }).outcome).toBe("unseen");
    expect(verdict(kubeProxyReady, { ...well, rules: "", replicas: "ready: " }).outcome).not.toBe("holds");
  });

  it("whose DaemonSet is missing is named with what makes it anew, and not where the API server does not answer", () => {
    const missing = causes(kubeProxyReady, { "all-daemonsets": "daemonsets:  .", "kube-proxy-pods": "pods:  ." });
    expect(missing[0]).toContain("the DaemonSet kube-system/kube-proxy is missing");
    expect(missing[0]).toContain(`--kubernetes-version v${versions.kubernetes} --print-manifest`);
    expect(missing[1]).toContain("no pod of kube-proxy is on n2");
    expect(causes(kubeProxyReady, { "all-daemonsets": "", "kube-proxy-pods": "" })).toEqual([]);
    const there = { "all-daemonsets": "daemonsets: kube-proxy .", "kube-proxy-pods": "pods: kube-proxy-x Running." };
    expect(causes(kubeProxyReady, there)).toEqual([]);
    const log =
      'E1127 run.go:72] "command failed" err="open /proc/sys/net/netfilter/nf_conntrack_max: permission denied"\n';
    expect(causes(kubeProxyReady, { ...there, log })).toEqual([
      "kube-proxy of n2 ends as it starts: open /proc/sys/net/netfilter/nf_conntrack_max: permission denied",
    ]);
  });
});

describe("a bridge whose address is not Flannel's", () => {
  const agreed = {
    kubernetes: "10.244.1.0/24",
    flannel: "FLANNEL_SUBNET=10.244.1.1/24\n",
    bridge: "4: cni0    inet 10.244.1.1/24 brd 10.244.1.255 scope global cni0",
    pod: "2: eth0    inet 10.244.1.5/24 brd x",
  };

  it("is found by the subnets that must agree", () => {
    expect(verdict(podSubnets, agreed).outcome).toBe("holds");
    expect(verdict(podSubnets, { ...agreed, bridge: "4: cni0    inet 10.99.9.1/24 scope global cni0" }).seen).toBe(
      'bridgeSubnet is "10.99.9.0/24", must be "10.244.1.0/24"',
    );
    expect(verdict(podSubnets, { ...agreed, bridge: "" }).seen).toBe('bridgeSubnet is "none", must be "10.244.1.0/24"');
  });

  it("is named on its side of a pair", () => {
    expect(
      causes(pingAcrossNodes, { "to-bridge-address": "cni0 has [10.99.9.1/24], subnet.env has 10.244.1.1/24\n" }),
    ).toEqual([
      "cni0 of n2 has the address [10.99.9.1/24], and /run/flannel/subnet.env says 10.244.1.1/24: new pods there are refused; where the bridge is the wrong one, no packet comes back to the pods either",
    ]);
  });

  it("is what a refused pod's event means", () => {
    const message =
      'plugin type="flannel" failed (add): failed to delegate add: failed to set bridge addr: "cni0" already has an IP address different from 10.244.77.1/24';
    for (const text of [message, message.replaceAll('"', '\\"')]) {
      expect(causes(podSubnets, { events: text })[0]).toMatch(
        /^a new pod on n2 was refused: it was to get an address behind 10\.244\.77\.1\/24, which \/run\/flannel\/subnet\.env said/,
      );
    }
  });
});

describe("nodes that announce one address to Flannel's tunnels", () => {
  const listed = (second: string) => `n1   10.0.2.15\nn2   ${second}\nn3   <none>\n`;

  it("are named with it, and others are not", () => {
    expect(causes(pingAcrossNodes, { announced: listed("10.0.2.15") })).toEqual([
      "n1 and n2 both announce 10.0.2.15 to Flannel's tunnels, the address of their interface with the default route: tell flanneld the one on their LAN, as by --iface",
    ]);
    expect(causes(pingAcrossNodes, { announced: listed("10.0.2.1") })).toEqual([]);
    expect(causes(pingAcrossNodes, { announced: "n1   <none>\nn2   <none>\n" })).toEqual([]);
  });
});

describe("checksums", () => {
  it("that the kernel of the peer refuses are named with the command that mends them", () => {
    const counters = (udp: number) =>
      `#kernel\nUdpInCsumErrors                 ${udp}                  0.0\nTcpInCsumErrors                 0                  0.0\nflannel.1 tx-checksum-ip-generic: on\n`;
    expect(causes(pingAcrossNodes, { "to-checksums": counters(0) })).toEqual([]);
    expect(causes(pingAcrossNodes, { "to-checksums": counters(3) })).toEqual([
      "the kernel of n2 has refused 3 packets for a wrong checksum since it started (UdpInCsumErrors): where a tunnel's sender leaves it to its card, `ethtool -K flannel.1 tx-checksum-ip-generic off` on the other nodes makes the kernel compute it",
    ]);
  });
});

describe("Weave's addresses, divided twice", () => {
  const seeds =
    "-> 172.28.79.13:6783     failed      IP allocation was seeded by different peers (received: [de:ad:be:ef:00:03(n3)], ours: [de:ad:be:ef:00:01(n1)]), retry: 2026-11-27 22:00:00\n";

  it("are named with both seeds and the mend, from the connections or from the log", () => {
    for (const evidence of ["seeds", "log"]) {
      expect(causes(weaveReady, { [evidence]: seeds })).toEqual([
        "Weave gives addresses out twice: its range was first divided by [de:ad:be:ef:00:01(n1)] as n2 has it, and by [de:ad:be:ef:00:03(n3)] as another node has it; on the node that came alone remove /var/lib/weave/weave-netdata.db, restart its Weave pod and recreate its pods",
      ]);
    }
    expect(verdict(weaveReady, { status: "", peers: "", connections: seeds, owners: "" }).seen).toContain("waiting is");
  });
});

describe("the dhcp plugin and its daemon", () => {
  it("are told apart: a socket that nobody listens on, and a program that is gone", () => {
    const of = (socket: string) => causes(cniDhcpReady, { socket });
    expect(of("somebody listens\n")).toEqual([]);
    expect(of("nobody listens\n")).toEqual([
      "the socket /run/cni/dhcp.sock on n2 is left of a dhcp daemon that is gone: nobody listens there; delete the daemon's pod, and a new one makes a new socket",
    ]);
    expect(of("somebody listens\nno plugin\n")).toEqual([
      "n2 has no program /opt/cni/bin/dhcp: whatever the daemon does, the runtime can't ask it; put the CNI plugins there again",
    ]);
    expect(of("no socket\n")).toEqual(["n2 has no /run/cni/dhcp.sock: no dhcp daemon runs there"]);
    const daemon = "Service DHCP";
    expect(verdict(cniDhcpReady, { daemon, plugin: "there" }).outcome).toBe("holds");
    expect(verdict(cniDhcpReady, { daemon, plugin: "missing" }).seen).toBe('plugin is "missing", must be "there"');
    expect(verdict(cniDhcpReady, { daemon: "missing", plugin: "there" }).seen).toBe(
      'socket is "missing", must be "DHCP"',
    );
  });

  it("a pod that was refused for want of the program says so", () => {
    expect(causes(leasedPods, { events: 'failed to find plugin "dhcp" in path [/opt/cni/bin /usr/lib/cni]' })).toEqual([
      "n2 has no program dhcp in /opt/cni/bin: the network names it, and the CNI plugins must be put there again",
    ]);
  });
});
