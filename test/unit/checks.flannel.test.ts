import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runChecks } from "../../checks/engine";
import type { Values } from "../../checks/language/values";
import { flannelResidue } from "../../components/cni/flannel/residue";
import { lab } from "../../labs/flannel/lab";
import { type Answer, evidenceDir, FakeCluster } from "./checks.fake";

let folder: string;
beforeEach(() => {
  folder = evidenceDir();
});
afterEach(() => rmSync(dirname(folder), { recursive: true, force: true }));

const nodeOf = (where: string) => where.replace(/probe2?-/, "");
const indexOf = (where: string) => Number(nodeOf(where).slice(1)) - 1;
const dig = (name: string, answer: string) =>
  `;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1\n${name}\t30\tIN\tA\t${answer}\n;; SERVER: 10.96.0.10#53(10.96.0.10) (UDP)`;

/** Pings of the size of a pod's MTU, so many of which arrive, and one that is too large. */
const large = (received: string) =>
  `size 1450\n3 packets transmitted, ${received} received, 0% packet loss\nping: local error: message too long, mtu=1450\n1 packets transmitted, 0 received, +1 errors, 100% packet loss`;

/** The pod of flanneld on a node, as kubectl lists it. */
const flannelPods = (node: string | undefined, ready: "False" | "True") =>
  JSON.stringify({
    items: [
      {
        metadata: {
          namespace: "kube-flannel",
          name: `kube-flannel-ds-${node}`,
          ownerReferences: [{ kind: "DaemonSet", name: "kube-flannel-ds" }],
        },
        spec: { containers: [{ image: "ghcr.io/flannel-io/flannel:v0.26.7" }] },
        status: { phase: "Running", conditions: [{ type: "Ready", status: ready }] },
      },
    ],
  });

/** In short what a node prints that holds Flannel's bridge and nothing of another CNI. */
const residue = [
  `cni\t${JSON.stringify(flannelResidue("10.244.0.0/16"))}`,
  "now\tlink\tcni0\t-\t-",
  "current\tflannel",
].join("\n");

/** What a healthy cluster of three nodes answers, as seen on a real one. */
function healthy(where: string, command: string): Answer {
  const named = /n(\d)/.exec(/get node (n\d)|nodeName=(n\d)/.exec(command)?.[0] ?? "")?.[1];
  const answers: readonly (readonly [RegExp, Answer])[] = [
    [/nodeName=n\d -o json$/, flannelPods(named, "True")],
    [/^get node .*Ready/, "True KubeletReady kubelet is posting ready status"],
    [/podCIDR/, `10.244.${Number(named) - 1}.0/24`],
    [/subnet\.env/, `FLANNEL_NETWORK=10.244.0.0/16\nFLANNEL_SUBNET=10.244.${indexOf(where)}.1/24\nFLANNEL_MTU=1450\n`],
    [
      /^ip -4 -o address show dev cni0/,
      `4: cni0    inet 10.244.${indexOf(where)}.1/24 brd 10.244.0.255 scope global cni0`,
    ],
    [/^ip -4 -o address/, `2: eth0    inet 10.244.${indexOf(where)}.5/24 brd 10.244.0.255 scope global eth0\\  valid`],
    [/^sh -c ping.*254/, { exitCode: 1, stdout: "1 packets transmitted, 0 received, 100% packet loss, time 0ms" }],
    [/^sh -c size=/, large("3")],
    [/^curl .*:8080\/$/, `{"pod":"${where.replace("2-", "-")}","node":"${nodeOf(where)}"}`],
    [/case \$answer/, `request 2: by ${where.replace("2-", "-")}\n`],
    [/get daemonsets/, "daemonsets: kube-proxy ."],
    [/healthz/, '{"lastUpdated":"2026-11-27T22:05:42Z","healthy":true,"status":{"IPv4":{"healthy":true}}}'],
    [
      /to-destination/,
      [1, 2, 3].map((n) => `-A KUBE-SEP-${n} -p tcp -j DNAT --to-destination 10.244.${n}.5:8080`).join("\n"),
    ],
    [/service-name=probe/, "ready: 10.244.3.5 10.244.1.5 10.244.2.5"],
    [
      /^ping/,
      "3 packets transmitted, 3 received, 0% packet loss, time 402ms\nrtt min/avg/max/mdev = 0.2/0.31/0.4/0.1 ms",
    ],
    [/socat/, ""],
    [/grep -c .* \/tmp\/unicast-from-/, "8\n"],
    [/grep -c .*from probe-(n\d) to probe2-\1.* \/tmp\/multicast-from-/, "8\n"],
    [/grep -c .* \/tmp\/multicast-from-/, { exitCode: 1, stdout: "0\n" }],
    [
      /curl exit .*; break/,
      [1, 2, 3].map((n) => `{"pod":"probe-n${n}","node":"n${n}","ip":"10.244.${n}.5"}`).join("\n"),
    ],
    [/http_code/, { exitCode: 28, stdout: "000", stderr: "curl: (28) timed out" }],
    [/^dig.*kubernetes/, dig("kubernetes.default.svc.cluster.local.", "10.96.0.1")],
    [/^dig.*probe/, dig("probe.cni-lab.svc.cluster.local.", "10.96.1.1")],
    [/^sh -euc domain=.*\ndig .*nobody/, ";; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 1"],
    [/^sh -euc\s+node=/, residue],
    [/version/, '{\n  "major": "1",\n  "gitVersion": "v1.34.4"\n}'],
  ];
  return answers.find(([pattern]) => pattern.test(command))?.[1] ?? "";
}

/** Runs the lab's checks on a cluster that answers differently where `change` says so. */
async function red(
  change: (where: string, command: string) => Answer | undefined,
  podless: readonly string[] = [],
  set: Values = {},
) {
  const cluster = new FakeCluster((where, command) => change(where, command) ?? healthy(where, command), 3);
  cluster.podless = podless;
  cluster.podNames = ["probe", "probe2"];
  const verdict = await runChecks(cluster, lab, {
    expect: "healthy",
    values: { cni: "flannel", ...set },
    evidenceDir: folder,
    clock: cluster.clock,
  });
  expect(verdict.asExpected).toBe(verdict.checks.every((check) => check.outcome === "passed"));
  return verdict.checks
    .filter((check) => check.outcome !== "passed")
    .map((check) => ({
      id: check.id,
      outcome: check.outcome,
      bad: check.subjects.filter((s) => s.outcome === "failed"),
    }));
}

describe("the checks of the flannel lab", () => {
  it("all hold on a healthy cluster", async () => {
    expect(await red(() => undefined)).toEqual([]);
  });

  it("find a node that is not Ready, and that it has no CNI", async () => {
    const found = await red((where, command) => {
      if (/get node n2 .*Ready/.test(command)) return "False KubeletNotReady cni plugin not initialized";
      return where === "n2" && /^sh -c .*net\.d/.test(command) ? "no conflist" : undefined;
    });
    expect(found.map((check) => check.id)).toEqual(["nodes-ready"]);
    expect(found[0]?.bad).toMatchObject([
      {
        subject: "n2",
        says: "n2 is not Ready: cni plugin not initialized",
        causes: ["no CNI is configured on n2: /etc/cni/net.d holds no conflist"],
      },
    ]);
  });

  it("don't take a pod of the asker's own node for one of another node that has the same address", async () => {
    const twin = (command: string) =>
      /sought probe-n2/.test(command) ? 'sought probe-n2\n{"pod":"probe2-n1"}' : undefined;
    const found = await red((where, command) => (where === "probe-n1" ? twin(command) : undefined));
    expect(found.map(({ id, outcome }) => [id, outcome])).toEqual([
      ["ping-across-nodes", "failed"],
      ["ping-nobody", "inconclusive"],
      ["large-packets", "inconclusive"],
    ]);
    expect(found[0]?.bad).toMatchObject([
      {
        subject: "n1 -> n2",
        seen: 'answeredBy is "probe2-n1", must match /^(itself|nobody)$/',
        values: { received: "3", reached: "0" },
      },
    ]);
  });

  it("find a tunnel that is down, by both directions of its node, and don't trust a control", async () => {
    const down = "4: flannel.1: <BROADCAST,MULTICAST> mtu 1450 qdisc noqueue state DOWN mode DEFAULT";
    const up = "4: flannel.1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UNKNOWN";
    const found = await red((where, command) => {
      if (/^ip .*link show|^sh -c .*link show/.test(command)) return where === "n2" ? down : up;
      if (/route get/.test(command))
        return where === "n2" ? "10.244.0.5 via 172.28.1.254 dev eth1 src 172.28.1.12" : "";
      const lost = where === "probe-n2" ? /^ping.* 10\.244/ : /^ping.* 10\.244\.1\./;
      return where.startsWith("probe") && lost.test(command)
        ? { exitCode: 1, stdout: "3 packets transmitted, 0 received, 100% packet loss, time 2050ms" }
        : undefined;
    });
    expect(found.map(({ id, outcome }) => [id, outcome])).toEqual([
      ["ping-across-nodes", "failed"],
      ["ping-nobody", "inconclusive"],
      ["large-packets", "inconclusive"],
    ]);
    expect(found[0]?.bad.map((subject) => subject.subject)).toEqual(["n1 -> n2", "n2 -> n1", "n2 -> n3", "n3 -> n2"]);
    expect(found[0]?.bad[0]).toMatchObject({
      says: "the pod 10.244.0.5 on n1 does not reach the pod 10.244.1.5 on n2",
      seen: 'received is "0", must be "3"',
      causes: [
        "flannel.1 is down on n2",
        "n2 has no route back to the pods of n1: answers leave by the default route (172.28.1.254, eth1)",
      ],
    });
  });

  it("name a FORWARD chain that drops, on the side where it does", async () => {
    const chain = "Chain FORWARD (policy DROP 12 packets, 1008 bytes)\n pkts bytes target";
    const found = await red((where, command) => {
      if (/^iptables .*-L$/.test(command)) return where === "n2" ? chain : chain.replace("DROP 12", "ACCEPT 0");
      return /^probe-n1/.test(where) && /^ping.* 10\.244\.1\./.test(command)
        ? { exitCode: 1, stdout: "3 packets transmitted, 0 received" }
        : undefined;
    });
    expect(found[0]?.bad[0]?.causes).toEqual([
      "the FORWARD chain of n2 drops what no rule accepts; its policy counts 12 packets",
    ]);
  });

  it("don't trust pings that are answered by anybody", async () => {
    const found = await red((_, command) => (/254/.test(command) ? "1 packets transmitted, 1 received" : undefined));
    expect(found.map(({ id, outcome }) => [id, outcome])).toEqual([
      ["ping-across-nodes", "inconclusive"],
      ["ping-nobody", "failed"],
    ]);
  });

  it("find two nodes with one subnet", async () => {
    const found = await red((where, command) =>
      where === "n3" && /subnet\.env/.test(command) ? "FLANNEL_SUBNET=10.244.0.1/24\n" : undefined,
    );
    expect(found.map((check) => check.id)).toEqual(["pod-subnets"]);
    expect(found[0]?.bad.map((subject) => subject.seen)).toEqual([
      "flannelSubnet 10.244.0.0/24 is also that of n3",
      'flannelSubnet is "10.244.0.0/24", must be "10.244.2.0/24"; flannelSubnet 10.244.0.0/24 is also that of n1',
    ]);
  });

  it("find a pod with an address of another network", async () => {
    const found = await red((where, command) =>
      where === "probe-n1" && /ip -4/.test(command) ? "2: eth0    inet 10.32.0.7/12 scope global" : undefined,
    );
    expect(found.map((check) => check.id)).toEqual(["pod-subnets"]);
    expect(found[0]?.bad[0]?.says).toBe(
      "n1 has no pod subnet of its own that all agree on: podCIDR 10.244.0.0/24, flannel 10.244.0.0/24, cni0 10.244.0.0/24, pod 10.32.0.0/12",
    );
  });

  it("find a Service with a replica that never answers, and one that does not answer at all", async () => {
    const one = await red((where, command) =>
      where === "probe-n1" && /curl exit .*; break/.test(command) ? '{"node":"n1"}\n{"node":"n2"}' : undefined,
    );
    expect(one.map((check) => check.id)).toEqual(["service-ip"]);
    expect(one[0]?.bad.map((subject) => subject.seen)).toEqual(['replicas is "n1,n2", must be "n1,n2,n3"']);
    const none = await red((where, command) => {
      if (where === "n2" && /iptables-save/.test(command)) return { exitCode: 1 };
      return where === "probe-n2" && /curl exit .*; break/.test(command) ? "request 1: curl exit 28" : undefined;
    });
    expect(none[0]?.bad).toMatchObject([
      {
        seen: 'failed is "request 1: curl exit 28", must not be there; replicas is "", must be "n1,n2,n3"',
        causes: ["n2 has no rule for 10.96.1.1: kube-proxy does not do its work there"],
      },
    ]);
  });

  it("find a DNS that answers wrongly, answers everything, or does not answer", async () => {
    const wrong = await red((_, c) =>
      /^dig.*probe/.test(c) ? dig("probe.cni-lab.svc.cluster.local.", "1.2.3.4") : undefined,
    );
    expect(wrong[0]?.bad[0]?.seen).toBe('probe is "1.2.3.4", must be "10.96.1.1"');
    const anything = await red((_, c) => (/\ndig .*nobody/.test(c) ? dig("nobody", "1.2.3.4") : undefined));
    expect(anything[0]?.bad[0]?.seen).toBe('nobody is "NOERROR", must be "NXDOMAIN"');
    const domain = await red((_, c) => {
      const [, name] = /^dig.* (kubernetes|probe)\.\S+svc$/.exec(c) ?? [];
      const address = name === "probe" ? "10.96.1.1" : "10.96.0.1";
      return name === undefined ? undefined : dig(`${c.split(" ").at(-1)}.corp.example.`, address);
    });
    expect(domain).toEqual([]);
    const silent = await red((_, c) =>
      /^dig/.test(c) ? { exitCode: 9, stdout: ";; connection timed out; no servers could be reached" } : undefined,
    );
    expect(silent.map((check) => check.id)).toEqual(["dns"]);
    expect(silent[0]?.bad[0]?.seen).toMatch(/^kubernetes on pod probe-n1 on n1 ended with 9: ;; connection timed out/);
  });

  it("find an API server that pods do not reach, and a flannel that is not ready", async () => {
    const api = await red((_, c) =>
      /version/.test(c) ? { exitCode: 28, stderr: "curl: (28) Connection timed out" } : undefined,
    );
    expect(api.map((check) => check.id)).toEqual(["api-server"]);
    const flannel = await red((where, c) => {
      if (/nodeName=n3 -o json$/.test(c)) return flannelPods("3", "False");
      return where === "n3" && /tail/.test(c) ? "E1 main.go:1] node n3 pod cidr not assigned" : undefined;
    });
    expect(flannel.map((check) => check.id)).toEqual(["flannel-ready"]);
    expect(flannel[0]?.bad[0]).toMatchObject({
      says: "flannel is not ready on n3; its pod is: kube-flannel-ds-3",
      causes: ["n3 has no podCIDR, so flannel has no subnet to use: give kubeadm a podSubnet"],
    });
  });

  it("find multicast that leaves a node, and don't trust silence where nobody can hear", async () => {
    const heard = /grep -c .* \/tmp\/multicast-from-/;
    const leaves = await red((_, c) => (heard.test(c) ? "8\n" : undefined));
    expect(leaves.map(({ id, outcome }) => [id, outcome])).toEqual([["multicast-stays-on-node", "failed"]]);
    const deaf = await red((_, c) => (heard.test(c) ? { exitCode: 1, stdout: "0\n" } : undefined));
    expect(deaf.map(({ id, outcome }) => [id, outcome])).toEqual([
      ["multicast-same-node", "failed"],
      ["multicast-stays-on-node", "inconclusive"],
    ]);
    // A listener that has no socket hears nothing either.
    const across = /RECV:54327.*from-probe-(?!(n\d).*probe2-\1)/s;
    const unbound = await red((where, c) =>
      across.test(c) && !where.startsWith("probe2")
        ? { exitCode: 1, stderr: "bind: Address already in use" }
        : undefined,
    );
    expect(unbound.map(({ id, outcome }) => [id, outcome])).toEqual([["multicast-stays-on-node", "inconclusive"]]);
  });

  it("name a node without a probe pod", async () => {
    const found = await red(() => undefined, ["n3"]);
    expect(found.map((check) => check.id)).toEqual([
      "pod-subnets",
      "ping-across-nodes",
      "ping-nobody",
      "large-packets",
      "service-ip",
      "service-same-node",
      "dns",
      "api-server",
      "udp-across-nodes",
      "multicast-same-node",
      "multicast-stays-on-node",
    ]);
    expect(found[1]?.bad[0]?.seen).toContain("who was not run: to.pod is not known (probe pods there: probe-n1 on n1");
  });

  it("name what another CNI has left on a node, and whose it is", async () => {
    const found = await red((where, command) =>
      where === "n2" && /^sh -euc\s+node=/.test(command) ? `${residue}\nnow\tlink\tweave\t-\t-` : undefined,
    );
    expect(found.map((check) => check.id)).toEqual(["node-residue"]);
    expect(found[0]?.bad).toMatchObject([{ subject: "n2", says: "n2 is not clean: left by weave: link weave" }]);
  });

  it("name whose a route on the machine's own link is by the network that the stack is set to", async () => {
    const left = (target: string) => `now\troute\t${target} via 172.28.1.12 dev eth1`;
    const unrecorded = residue.split("\n").filter((line) => !line.startsWith("cni\t"));
    const found = await red(
      (where, command) =>
        where === "n2" && /^sh -euc\s+node=/.test(command)
          ? [...unrecorded, left("10.50.4.0/24"), left("10.244.4.0/24")].join("\n") +
            `\nset\t${command.split(" ").slice(-3).join("\t")}`
          : undefined,
      [],
      { podCidr: "10.50.0.0/16" },
    );
    const stranger = "of no CNI, and new since the first one: route 10.244.4.0/24 via 172.28.1.12 dev eth1";
    expect(found[0]?.bad[0]?.says).toBe(`n2 is not clean: ${stranger}`);
  });

  it("find an object of another CNI, and a node that is cordoned", async () => {
    const left = await red((_, command) => (/configmap weave-net/.test(command) ? "configmap/weave-net" : undefined));
    expect(left.map((check) => check.id)).toEqual(["no-weave-objects"]);
    const cordoned = await red((_, command) => (/unschedulable/.test(command) ? "node/n2" : undefined));
    expect(cordoned[0]?.bad[0]?.says).toBe("left in the cluster: (none); cordoned: node/n2");
  });
});
