import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runChecks } from "../../checks/engine";
import type { Check } from "../../checks/language/check";
import { hangsForRoute, hangsWithoutDaemon } from "../../labs/checks/dhcp-hangs";
import { leasedNetwork, staticNetwork } from "../../labs/checks/healthy";
import { leaseReleased, leaseStays } from "../../labs/checks/lease-care";
import { pingNet1, sharedNet1 } from "../../labs/checks/net1";
import { type Answer, evidenceDir, FakeCluster, labOf } from "./checks.fake";

let folder: string;
beforeEach(() => {
  folder = evidenceDir();
});
afterEach(() => rmSync(dirname(folder), { recursive: true, force: true }));

const mac = (role: string, n: number) => `aa:00:00:00:0${role === "static" ? 1 : 2}:0${n}`;
const usual = [1, 2].flatMap((n) => [
  { role: "static", node: `n${n}`, address: `10.10.20.1${n}`, mac: mac("static", n) },
  { role: "leased", node: `n${n}`, address: `192.168.0.10${n}`, mac: mac("leased", n) },
]);
const hanging = usual.map((pod) => (pod.role === "leased" ? { role: pod.role, node: pod.node } : pod));

/** Seconds since 1970 at which the fake server's clock stands. */
const now = 1_800_000_000;
const iso = (ago: number) => new Date((now - ago) * 1000).toISOString();

function pod(name: string, node: string, ago: number, extra: object = {}) {
  return {
    metadata: { name, ...extra },
    spec: { nodeName: node },
    status: {
      conditions: [{ type: "Ready", status: "True" }],
      containerStatuses: [{ state: { running: { startedAt: iso(ago) } } }],
    },
  };
}
const owned = (name: string) => ({ ownerReferences: [{ kind: "DaemonSet", name }] });
const status = (n: number) => ({
  annotations: {
    "k8s.v1.cni.cncf.io/network-status": JSON.stringify([
      { name: "cni-lab/macvlan-conf-2", interface: "net1", ips: [`192.168.0.10${n}`], mac: mac("leased", n) },
    ]),
  },
});
/** All pods, the daemons started so many seconds ago, the pods with leased addresses 100 s ago. */
const listOf = (daemonAge: number) =>
  JSON.stringify({
    items: [1, 2].flatMap((n) => [
      pod(`kube-multus-ds-${n}`, `n${n}`, 300, owned("kube-multus-ds")),
      pod(`cni-dhcp-${n}`, `n${n}`, daemonAge, owned("cni-dhcp")),
      pod(`leased-n${n}`, `n${n}`, 100, status(n)),
    ]),
  });
const lease = (n: number, of = mac("leased", n), left = 90) => `${now + left} ${of} 192.168.0.10${n} * 01:02`;

/** What a healthy stack with both networks answers. */
function healthy(where: string, command: string): Answer {
  const n = Number(/n(\d)$/.exec(where)?.[1]);
  const own = where.startsWith("static") ? `10.10.20.1${n}` : `192.168.0.10${n}`;
  const answers: readonly (readonly [RegExp, Answer])[] = [
    [/^-n kube-system get pods .*-o json/, listOf(200)],
    [/^list get pods --all-namespaces/, listOf(200)],
    [/^-n cni-lab get pod .*phase/, "Running"],
    [/ls \*\.conf\*/, "00-multus.conf\n05-cni-lab.conflist\n"],
    [/-x \/opt\/cni\/bin\/dhcp \] && echo/, "there\n"],
    [/jq -r \.clusterNetwork/, "/etc/cni/net.d/05-cni-lab.conflist\n"],
    [/jq -r \.name/, "cbr0\n"],
    [/dev net1/, `3: net1    inet ${own}/24 brd x scope global net1\\ valid\nrange 192.168.0.100-192.168.0.199`],
    [/ping .*-i 0\.2/, "3 packets transmitted, 3 received\nrtt min/avg/max/mdev = 0.1/0.2/0.3/0.1 ms"],
    [/ping .*254/, { exitCode: 1, stdout: "1 packets transmitted, 0 received" }],
    [
      /^arping .* 10\.10\.20\.1(\d)$/,
      command.endsWith(own)
        ? { exitCode: 1, stdout: "Sent 2 probes\nReceived 0 response(s)" }
        : `Unicast reply from ${command.slice(-11)} [${mac("static", Number(command.slice(-1))).toUpperCase()}] 0.7ms`,
    ],
    [/debug\/rpc/, "<html>Service DHCP<hr>Allocate"],
    [/^grep -w -F 192\.168\.0\.101/, lease(1)],
    [/^grep -w -F 192\.168\.0\.102/, lease(2)],
    [/^sh -c echo "now/, `now ${now} lease 120\n${lease(1)}\n${lease(2)}\n`],
    [/^grep -c -F aa/, { exitCode: 1, stdout: "0\n" }],
    [/^grep -c \./, "2\n"],
  ];
  return answers.find(([pattern]) => pattern.test(command))?.[1] ?? "";
}

async function run(
  checks: readonly Check[],
  change: (where: string, command: string) => Answer | undefined = () => undefined,
  pods: FakeCluster["multihomed"] = usual,
) {
  const cluster = new FakeCluster((where, command) => change(where, command) ?? healthy(where, command));
  cluster.multihomed = pods;
  cluster.hasServer = true;
  const bare = cluster.kubectl.bind(cluster);
  // The fake answers lists of pods itself; these are asked for by checks.
  cluster.kubectl = (args, options) =>
    args[1] === "pods" && args[2] === "--all-namespaces" && args[4] === "json"
      ? bare(["list", ...args], options)
      : bare(args, options);
  const verdict = await runChecks(cluster, labOf(checks), {
    expect: "healthy",
    values: {
      cni: "flannel",
      networks: "macvlan-conf,macvlan-conf-2",
      multus: "thick",
      dhcpDaemon: "auto",
      dhcpLease: "120",
      dhcpRange: "192.168.0.100-192.168.0.199",
    },
    evidenceDir: folder,
    clock: cluster.clock,
  });
  const red = verdict.checks.filter(({ outcome }) => outcome !== "passed");
  return { verdict, red, ids: red.map(({ id, outcome }) => `${id} ${outcome}`) };
}

const all = [...staticNetwork, ...leasedNetwork, leaseReleased];

describe("the checks of both networks", () => {
  it("hold on a healthy stack", async () => {
    const { verdict, ids } = await run(all);
    expect(ids).toEqual([]);
    expect(verdict.checks).toHaveLength(14);
    const says = (id: string) => verdict.checks.find((check) => check.id === id)?.subjects[0]?.says;
    expect(says("multus-ready")).toBe("kube-multus-ds-1 is ready, and the runtime of n1 uses 00-multus.conf");
    expect(says("arp-net1")).toBe("10.10.20.12 is aa:00:00:00:01:02, and nobody but static-n1 is 10.10.20.11");
    expect(says("lease-care")).toBe(
      "2 pods hold an address each, and their daemons renew it; left behind by pods of earlier daemons: nothing",
    );
  });

  it("let no pod answer itself in another's place", async () => {
    const [step] = pingNet1("static").steps;
    const [, , script = ""] = step?.run ?? [];
    const ran = spawnSync("sh", ["-c", script, "sh", "10.10.20.2", "10.10.20.2"], { encoding: "utf8" });
    expect([ran.status, ran.stdout]).toEqual([1, "0 received, as the address is its own\n"]);
    expect(step?.run.slice(4)).toEqual(["{from.staticNet1}", "{to.staticNet1}"]);
  });

  it("take a pod that asks for another address for an answer, as arping does", async () => {
    const asks = (_: string, command: string) =>
      command.startsWith("arping") && command.endsWith("10.10.20.12")
        ? `Broadcast request from 10.10.20.12 [${mac("static", 2).toUpperCase()}]\nReceived 1 response(s) (1 request(s), 1 broadcast(s))`
        : undefined;
    const own = (where: string, command: string) => (where.startsWith("static-n2") ? undefined : asks(where, command));
    expect((await run(staticNetwork, own)).ids).toEqual([]);
    expect((await run(staticNetwork, asks)).ids).toEqual(["arp-net1 failed"]);
  });

  it("say nothing of networks that a stack has not", async () => {
    const cluster = new FakeCluster(healthy);
    const options = { expect: "healthy", values: { cni: "flannel", networks: "macvlan-conf-2" } } as const;
    const verdict = await runChecks(cluster, labOf(all), { ...options, evidenceDir: folder, clock: cluster.clock });
    const ids = verdict.checks.map(({ id }) => id);
    expect(ids).toContain("leased-net1");
    expect(ids).not.toContain("static-net1");
  });

  it("find a runtime that does not call Multus, and a Multus that calls another conflist", async () => {
    const conf = await run(all, (where, c) => (where === "n2" && /ls \*/.test(c) ? "05-cni-lab.conflist" : undefined));
    expect(conf.ids).toEqual(["multus-ready failed"]);
    const other = await run(all, (_, c) =>
      /clusterNetwork/.test(c) ? "/etc/cni/net.d/10-flannel.conflist" : undefined,
    );
    expect(other.red[0]?.subjects[0]?.says).toBe("Multus on n1 calls 10-flannel.conflist, not 05-cni-lab.conflist");
  });

  it("find a pod whose net1 never came, and name the cause in the event", async () => {
    const message = (text: string) => (_: string, c: string) => (/get events/.test(c) ? text : undefined);
    const pods = usual.map((one) =>
      one.role === "static" && one.node === "n2" ? { role: "static", node: "n2" } : one,
    );
    const master = await run(
      [...staticNetwork],
      message('error: failed to lookup master \\"eth7\\": Link not found'),
      pods,
    );
    const causes = (found: typeof master) => found.red.find(({ id }) => id === "static-net1")?.subjects[1]?.causes;
    expect(causes(master)).toEqual(["n2 has no interface eth7, which the network has as its master"]);
    const nad = "cannot find a network-attachment-definition (macvlan-x) in namespace (cni-lab): not found";
    expect(causes(await run([...staticNetwork], message(nad), pods))).toEqual([
      "the network macvlan-x that the pod asks for is not in the namespace cni-lab",
    ]);
  });

  it("find an address of another range, and a lease of another MAC", async () => {
    const range = await run(all, (where, c) =>
      where === "leased-n1" && /dev net1/.test(c)
        ? "inet 192.168.0.101/24\nrange 192.168.0.110-192.168.0.120"
        : undefined,
    );
    expect(range.ids).toEqual(["leased-net1 failed"]);
    const other = await run(all, (_, c) => (/-F 192.168.0.102/.test(c) ? lease(2, mac("leased", 9)) : undefined));
    expect(other.ids).toEqual(["leased-at-server failed", "lease-released inconclusive"]);
  });
});

describe("a pod that waits for an address", () => {
  const events = (text: string) => (_: string, c: string) =>
    /get events/.test(c) ? text : /phase/.test(c) ? "Pending" : undefined;
  const log = (...lines: string[]) => lines.map((line) => `dnsmasq-dhcp[7]: 77 ${line}`).join("\n");
  const asks = "DHCPDISCOVER(eth1) aa:00:00:00:02:01";

  it.each([
    [
      "DISCOVER without an answer",
      log(`${asks} ignored`),
      "the DHCP server hears clients ask, and makes no offer: not to aa:00:00:00:02:01, for one",
    ],
    [
      "an empty pool",
      log(`${asks} no address available`),
      "the DHCP server has no address left to give: it said so when aa:00:00:00:02:01 asked",
    ],
    ["a server that hears nothing", "", "the DHCP server has heard nothing for a minute"],
  ])("is diagnosed within 30 s: %s", async (_, serverLog, cause) => {
    const { verdict, red } = await run(
      leasedNetwork,
      (where, c) => (where === "dhcp-log" ? serverLog : events("")(where, c)),
      hanging,
    );
    expect(red[0]?.subjects[0]).toMatchObject({
      says: "leased-n1 on n1 hangs: it is Pending and has no address on net1",
      causes: [cause],
    });
    expect(red[0]?.id).toBe("leased-pods");
    expect(red.filter(({ outcome }) => outcome === "failed")).toHaveLength(1);
    expect(verdict.seconds).toBeLessThan(30);
  });

  it("is told the last reason, where it has hung for another before", async () => {
    const failed = (route: string) => `failed to add route '${route} dev net1 metric 0': network is unreachable`;
    const said = `${failed("{10.77.0.0 ffff0000} via 192.168.77.1")} ${failed("{0.0.0.0 00000000} via 192.168.77.1")}`;
    const { red } = await run(
      leasedNetwork,
      (where, c) => (where === "dhcp-log" ? "x" : events(said)(where, c)),
      hanging,
    );
    expect(red[0]?.subjects[0]?.causes).toEqual([
      "the route to 0.0.0.0 (mask 00000000) via 192.168.77.1, which the DHCP server sent, can't be set: network is unreachable",
    ]);
  });

  it("is not said to be unanswered when it was offered an address", async () => {
    const offered = log(asks, "DHCPOFFER(eth1) 192.168.0.101 aa:00:00:00:02:01");
    const { red } = await run(
      leasedNetwork,
      (where, c) => (where === "dhcp-log" ? offered : events("")(where, c)),
      hanging,
    );
    expect(red[0]?.subjects[0]?.causes).toEqual([]);
  });

  const dial = "failed (add): error dialing DHCP daemon: dial unix /run/cni/dhcp.sock: connect:";
  const noDaemon = (why: string, answer: Answer) => (where: string, c: string) =>
    /debug\/rpc/.test(c) ? answer : events(`${dial} ${why}`)(where, c);

  it("hangs without a daemon, by the event and by the socket", async () => {
    const checks = [...staticNetwork, hangsWithoutDaemon];
    const missing = await run(checks, noDaemon("no such file or directory", "missing\n"), hanging);
    expect(missing.ids).toEqual([]);
    expect(missing.verdict.checks.at(-1)?.subjects[0]?.says).toBe(
      'leased-n1 hangs: "error dialing DHCP daemon: dial unix /run/cni/dhcp.sock: connect: no such file or directory"; /run/cni/dhcp.sock on n1: missing',
    );
    const refused = { exitCode: 7, stdout: "curl: (7) Couldn't connect to server" };
    expect((await run(checks, noDaemon("connection refused", refused), hanging)).ids).toEqual([]);
  });

  it("does not hang so where a daemon answers, or on a healthy stack, or where static pods hang as well", async () => {
    const checks = [...staticNetwork, hangsWithoutDaemon];
    const answers = await run(checks, events(`${dial} no such file or directory`), hanging);
    expect(answers.ids).toEqual(["hangs-without-daemon failed"]);
    expect((await run(checks)).ids).toEqual(["hangs-without-daemon failed"]);
    const none = await run(
      checks,
      noDaemon("no such file or directory", "missing"),
      hanging.filter(({ role }) => role !== "static"),
    );
    expect(none.ids).toContain("hangs-without-daemon inconclusive");
  });

  const route =
    "failed to add route '{10.77.0.0 ffff0000} via 192.168.77.1 dev net1 metric 0 (Scope: universe, Table: 0)': network is unreachable";
  const carried = (...options: string[]) =>
    log(
      asks,
      "DHCPOFFER(eth1) 192.168.0.101 aa:00:00:00:02:01",
      "sent size:  4 option: 54 server-identifier  192.168.0.1",
      "sent size:  4 option:  1 netmask  255.255.255.0",
      ...options,
    );
  const own = "sent size:  4 option:  3 router  192.168.0.1";
  const offLink = "sent size:  7 option:121 classless-static-route  10:0a:4d:c0:a8:4d:01";
  const badRoutes = (text: string) => (where: string, c: string) =>
    where === "dhcp-log" ? text : events(route)(where, c);

  it("hangs for a route, by the event and by the option that carried it", async () => {
    const { verdict, ids } = await run(
      [...staticNetwork, ...leasedNetwork.slice(1, 2), hangsForRoute],
      badRoutes(carried(own, offLink)),
      hanging,
    );
    expect(ids).toEqual([]);
    expect(verdict.checks.at(-1)?.subjects[0]?.says).toBe(
      `leased-n1 hangs: "${route}"; the route 10.77.0.0/16 via 192.168.77.1 came from the DHCP server 192.168.0.1 in option 121 (classless-static-route)`,
    );
  });

  it("does not hang so where the server sent another route", async () => {
    const checks = [...staticNetwork, ...leasedNetwork.slice(1, 2), hangsForRoute];
    const { red } = await run(checks, badRoutes(carried(own)), hanging);
    expect(red[0]?.subjects[0]?.seen).toBe(
      'sent is "none", must be "10.77.0.0/16 via 192.168.77.1"; server is "none", must match /^\\d/',
    );
    expect((await run(checks)).ids).toEqual(["hangs-for-route failed"]);
  });
});

describe("two pods with one address", () => {
  const twins = usual.map((one) => (one.role === "static" ? { ...one, address: "10.10.20.2" } : one));
  const shared = (where: string, c: string): Answer | undefined => {
    if (/^sh -c cd .*ls -d/.test(c)) return "macvlan-conf/10.10.20.2\n";
    if (!where.startsWith("static")) return undefined;
    if (/dev net1/.test(c)) return "3: net1    inet 10.10.20.2/24 brd x";
    const other = where.endsWith("n1") ? 2 : 1;
    return c.startsWith("arping")
      ? `Unicast reply from 10.10.20.2 [${mac("static", other).toUpperCase()}] 1ms`
      : undefined;
  };

  it("are seen by both answering, and fail the healthy stack's checks", async () => {
    const { verdict, ids } = await run([sharedNet1], shared, twins);
    expect(ids).toEqual([]);
    expect(verdict.checks[0]?.subjects[0]?.says).toBe(
      "10.10.20.2 is static-n1 (aa:00:00:00:01:01), and static-n2 (aa:00:00:00:01:02) answers for it too: each node gives out its first address",
    );
    const red = await run(staticNetwork, shared, twins);
    expect(red.ids).toEqual(["static-net1 failed", "arp-net1 failed"]);
  });

  it("are not seen on a healthy stack", async () => {
    expect((await run([sharedNet1])).ids).toEqual(["shared-net1 failed"]);
  });
});

describe("leases", () => {
  const leases =
    (...lines: string[]) =>
    (_: string, c: string) =>
      /^sh -c echo "now/.test(c) ? `now ${now} lease 120\n${lines.join("\n")}\n` : undefined;
  const care = async (change: (where: string, command: string) => Answer | undefined) => {
    const { red } = await run(leasedNetwork, change);
    expect(red.map(({ id }) => id)).toEqual(["lease-care"]);
    return red[0]?.subjects[0]?.seen;
  };

  it("name an orphan, an address that the server has forgotten, and one that nobody renews", async () => {
    expect(await care(leases(lease(1), lease(2), lease(7, "aa:00:00:00:02:07")))).toBe(
      'orphans is "192.168.0.107 (aa:00:00:00:02:07, 90 s left)", must be ""',
    );
    expect(await care(leases(lease(1)))).toBe('unknown is "192.168.0.102 of leased-n2 on n2", must be ""');
    expect(await care((_, c) => (/^list get pods/.test(c) ? listOf(50) : undefined))).toBe(
      'unrenewed is "192.168.0.101 of leased-n1 on n1, 192.168.0.102 of leased-n2 on n2", must be ""',
    );
  });

  it("name two pods with one address", async () => {
    const twice = listOf(200).replaceAll("192.168.0.102", "192.168.0.101");
    expect(await care((_, c) => (/^list get pods/.test(c) ? twice : undefined))).toMatch(
      /^duplicates is "192\.168\.0\.101 of leased-n1 and leased-n2"/,
    );
  });

  it("that pods of an earlier daemon have left are named, and not held against this one", async () => {
    const { ids, verdict } = await run(leasedNetwork, leases(lease(1), lease(2), lease(7, "aa:00:00:00:02:07", 5)));
    // Given out, or renewed, 115 s ago; the daemons started 200 s ago.
    expect(ids).toEqual(["lease-care failed"]);
    expect(verdict.asExpected).toBe(false);
    const younger = (where: string, c: string) =>
      /^list get pods/.test(c) ? listOf(110) : leases(lease(1), lease(2), lease(7, "aa:00:00:00:02:07", 5))(where, c);
    const kept = await run(leasedNetwork, younger);
    expect(kept.ids).toEqual([]);
    expect(kept.verdict.checks.at(-1)?.subjects[0]?.says).toContain("192.168.0.107 (aa:00:00:00:02:07, 5 s left)");
  });

  it("are given back, or stay, when a pod goes: never both", async () => {
    const stays = (_: string, c: string) => (/^grep -c -F aa/.test(c) ? "1\n" : undefined);
    expect((await run([...leasedNetwork, leaseStays], stays)).ids).toEqual([]);
    expect((await run([...leasedNetwork, leaseStays])).ids).toEqual(["lease-stays failed"]);
    const kept = await run([...leasedNetwork, leaseReleased], (where, c) =>
      where === "dhcp-log" ? "dnsmasq-dhcp[7]: 77 DHCPACK(eth1) 192.168.0.101" : stays(where, c),
    );
    expect(kept.red[0]?.subjects[0]).toMatchObject({
      says: "the server still holds 192.168.0.101 for aa:00:00:00:02:01, whose pod leased-n1 is gone",
      causes: ["no DHCPRELEASE has come to the server"],
    });
  });
});
