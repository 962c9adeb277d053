import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runChecks } from "../../checks/engine";
import type { Check } from "../../checks/language/check";
import { leftConflist, multicastStillLost, newPodOldNetwork } from "../../labs/checks/leftover";
import { newPodWorks, pingBetweenStale, podWithoutNetwork } from "../../labs/checks/stale";
import { type Answer, evidenceDir, FakeCluster, labOf } from "./checks.fake";

let folder: string;
beforeEach(() => {
  folder = evidenceDir();
});
afterEach(() => rmSync(dirname(folder), { recursive: true, force: true }));

type Table = readonly (readonly [RegExp, Answer])[];

async function run(check: Check, answers: Table, ...changes: Table) {
  const table = [...changes, ...answers];
  const cluster = new FakeCluster((_, command) => table.find(([pattern]) => pattern.test(command))?.[1] ?? "");
  cluster.podNames = ["probe", "probe2"];
  // The fake answers questions about pods by itself.
  const usual = cluster.kubectl.bind(cluster);
  cluster.kubectl = (args, options) => usual(args[0] === "-n" ? ["ask", ...args] : args, options);
  const { checks } = await runChecks(cluster, labOf([{ ...check, controls: {} }]), {
    expect: "healthy",
    values: { cni: "weave" },
    evidenceDir: folder,
    clock: cluster.clock,
  });
  const subject = checks[0]?.subjects[0];
  return { outcome: checks[0]?.outcome, says: subject?.says, seen: subject?.seen };
}

describe("nodes that were not cleaned", () => {
  /** The link of the lab leads to Flannel's conflist; the pods are younger than Weave. */
  const left: Table = [
    [/readlink/, "/etc/cni/net.d/10-flannel.conflist\ncbr0\n"],
    [/10-weave\.conflist/, "weave\n"],
    [/get daemonset kube-flannel-ds/, ""],
    [/get pod .*creationTimestamp/, "2026-01-01T10:05:00Z"],
    [/get daemonset weave-net/, "2026-01-01T10:04:59Z"],
    [/^ip -4/, "2: eth0    inet 10.244.1.7/24 brd 10.244.1.255 scope global eth0"],
    [/subnet\.env/, "FLANNEL_NETWORK=10.244.0.0/16\nFLANNEL_SUBNET=10.244.1.1/24\n"],
    [/socat/, ""],
    [/grep -c/, { exitCode: 1, stdout: "0\n" }],
  ];

  it("show that the old conflist is in force", async () => {
    expect(await run(leftConflist, left)).toMatchObject({
      outcome: "passed",
      says: "the runtime of n1 uses 10-flannel.conflist (network cbr0), and Flannel's DaemonSet is gone",
    });
  });

  it("show pods with addresses of a network that nobody runs", async () => {
    expect(await run(newPodOldNetwork, left)).toMatchObject({
      outcome: "passed",
      says: "probe-n1 is younger than Weave and has 10.244.1.7 of 10.244.1.0/24, which Flannel once gave to n1",
    });
  });

  it.each<[string, Check, Table[number], string]>([
    [
      "Weave's conflist is in force",
      leftConflist,
      [/readlink/, "/etc/cni/net.d/10-weave.conflist\nweave\n"],
      'file is "10-weave.conflist"',
    ],
    ["Flannel is still there", leftConflist, [/kube-flannel-ds/, "daemonset.apps/kube-flannel-ds"], "daemon is"],
    ["the pod is older", newPodOldNetwork, [/get pod .*creation/, "2026-01-01T10:00:00Z"], 'age is "older"'],
    ["nobody knows its age", newPodOldNetwork, [/get pod .*creation/, ""], 'age is "unknown"'],
    ["the pod is on Weave", newPodOldNetwork, [/^ip -4/, "inet 10.32.0.5/12 scope"], 'network is "10.32.0.0/12"'],
    ["multicast arrives", multicastStillLost, [/grep -c/, "8\n"], 'heard is "8"'],
  ])("are not claimed where %s", async (_, check, change, note) => {
    const { outcome, seen } = await run(check, left, change);
    expect(outcome).toBe("failed");
    expect(seen).toContain(note);
  });
});

describe("pods that were not recreated", () => {
  const row = (name: string, ip: string, ready: string, gone = "<none>") => `${name}   ${ip}   ${ready}    ${gone}`;
  const stale: Table = [
    [/^ip -o link/, "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue\n"],
    [/^echo address/, "address 10.244.0.5\n"],
    [/6784\/status/, "Range: 10.32.0.0/12\n"],
    [/jsonpath=.*Ready/, "False"],
    [/ping .*127\.0\.0\.1/, "1 packets transmitted, 1 received"],
    [/ping/, "ping: connect: Network is unreachable"],
    [/delete pod/, "deleted"],
    [/custom-columns/, [row("probe-n1", "10.244.0.5", "False"), row("probe2-new", "10.32.0.9", "True")].join("\n")],
  ];

  it.each([podWithoutNetwork, pingBetweenStale, newPodWorks])("show it: $id", async (check) => {
    expect((await run(check, stale)).outcome).toBe("passed");
  });

  it("are told with the address that leads nowhere, and what is left of their interfaces", async () => {
    expect((await run(podWithoutNetwork, stale)).says).toBe(
      "probe-n1 is said to have 10.244.0.5, which is not in 10.32.0.0/12; its interfaces are: lo",
    );
    expect((await run(newPodWorks, stale)).says).toBe("probe2-new on n1 is new: it has 10.32.0.9 and is Ready");
  });

  it.each<[string, Check, Table[number], string]>([
    [
      "a pod has an interface",
      podWithoutNetwork,
      [/^ip -o link/, "1: lo: <UP> mtu\n3: eth0@if9: <UP> mtu"],
      'links is "lo,eth0"',
    ],
    ["its address is Weave's", podWithoutNetwork, [/^echo/, "address 10.32.0.5\n"], 'where is "inside"'],
    ["it is Ready", podWithoutNetwork, [/jsonpath=.*Ready/, "True"], 'ready is "True"'],
    ["it is answered", pingBetweenStale, [/ping .*10\./, "2 received"], 'answer is "2 received"'],
    ["ping does not work at all", pingBetweenStale, [/127\.0\.0\.1/, "0 received"], 'self is "0"'],
    ["the new pod is not Ready", newPodWorks, [/custom-columns/, row("a", "10.32.0.9", "False")], 'where is "unknown"'],
    ["the old pod has not ended", newPodWorks, [/custom/, row("a", "10.32.0.9", "True", "2026-01-01")], "where is"],
    ["the new pod is off Weave", newPodWorks, [/custom/, row("a", "10.244.0.9", "True")], 'where is "outside"'],
  ])("are not claimed where %s", async (_, check, change, note) => {
    const { outcome, seen } = await run(check, stale, change);
    expect(outcome).toBe("failed");
    expect(seen).toContain(note);
  });
});
