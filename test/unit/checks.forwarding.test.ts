import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runChecks } from "../../checks/engine";
import type { Check } from "../../checks/language/check";
import { growthOf } from "../../checks/readers/count";
import { forwardDrops, forwardRuleCounts } from "../../labs/checks/forwarding";
import { type Answer, evidenceDir, FakeCluster, labOf } from "./checks.fake";

let folder: string;
beforeEach(() => {
  folder = evidenceDir();
});
afterEach(() => rmSync(dirname(folder), { recursive: true, force: true }));

/** As iptables 1.8.9 prints it: the policy with its counter, kube-proxy's jump, the lab's rules. */
const chain = (policy: string, dropped: number, ...rules: readonly string[]) =>
  [
    `Chain FORWARD (policy ${policy} ${dropped} packets, ${dropped * 84} bytes)`,
    "    pkts      bytes target     prot opt in     out     source               destination",
    "       9      756 KUBE-FORWARD  0    --  *      *       0.0.0.0/0            0.0.0.0/0            /* kubernetes forwarding rules */",
    "      30     2520 ACCEPT     0    --  cni0   *       0.0.0.0/0            0.0.0.0/0            /* cni-lab: pods may send */",
    ...rules,
  ].join("\n");
const overlayRule = (packets: number) =>
  `      ${packets}      756 ACCEPT     0    --  flannel.1 cni0    0.0.0.0/0            0.0.0.0/0            /* cni-lab: the overlay may come in */`;
const seen = (...ways: readonly string[]) =>
  ways.map((way) => `18:00:00.000000 ${way} IP 10.244.0.5 > 10.244.1.5: ICMP echo request, id 7, seq 1, length 64`);

/** What two nodes answer whose FORWARD chain drops, or lets through by the rule. */
const state = (drops: boolean) => {
  let looks = 0;
  return (_: string, command: string): Answer => {
    if (command.startsWith("ping")) {
      const received = drops ? 0 : 8;
      return { exitCode: drops ? 1 : 0, stdout: `8 packets transmitted, ${received} received, 0% packet loss` };
    }
    if (command.includes("tcpdump")) {
      return (drops ? seen("flannel.1 In ") : seen("flannel.1 In ", "cni0  Out", "veth1a Out")).join("\n");
    }
    looks += 8;
    return drops ? chain("DROP", looks) : chain("DROP", 3, overlayRule(looks));
  };
};

async function run(check: Check, answer: (where: string, command: string) => Answer) {
  const cluster = new FakeCluster(answer);
  const { checks } = await runChecks(cluster, labOf([{ ...check, controls: {} }]), {
    expect: "healthy",
    values: { cni: "flannel", forwardPolicy: "drop", forwardRules: "by-hand" },
    evidenceDir: folder,
    clock: cluster.clock,
  });
  return checks[0];
}

describe("a policy that drops", () => {
  it("is shown by what comes in, what does not go out, and what is counted", async () => {
    const verdict = await run(forwardDrops, state(true));
    expect(verdict?.outcome).toBe("passed");
    expect(verdict?.subjects[0]?.says).toMatch(
      /^of 8 pings from 10\.244\.0\.5 to 10\.244\.1\.5, 1 are seen coming in on flannel\.1 of n2 and 0 going out to its pods; the policy of FORWARD has dropped \d+ packets meanwhile$/,
    );
  });

  it.each<[string, (where: string, command: string, usual: Answer) => Answer, string]>([
    ["pings are answered", (_, c, usual) => (c.startsWith("ping") ? "8 received" : usual), "received is"],
    ["nothing arrives", (_, c, usual) => (c.includes("tcpdump") ? "" : usual), 'arrived is "0"'],
    [
      "packets go out to pods",
      (_, c, usual) => (c.includes("tcpdump") ? seen("flannel.1 In ", "cni0  Out").join("\n") : usual),
      'passed is "1"',
    ],
    ["the policy counts nothing", (_, c, usual) => (c.includes("FORWARD") ? chain("DROP", 5) : usual), "dropped is"],
    ["the policy is another", (_, c, usual) => (c.includes("FORWARD") ? chain("ACCEPT", 5) : usual), "policy is"],
  ])("is not claimed where %s", async (_, change, note) => {
    const usual = state(true);
    const verdict = await run(forwardDrops, (where, command) => change(where, command, usual(where, command)));
    expect(verdict?.outcome).toBe("failed");
    expect(verdict?.subjects[0]?.seen).toContain(note);
  });

  it("is not claimed of nodes that were mended", async () => {
    expect((await run(forwardDrops, state(false)))?.outcome).toBe("failed");
  });
});

describe("the rule that lets the overlay in", () => {
  it("is shown by its counter", async () => {
    const verdict = await run(forwardRuleCounts, state(false));
    expect(verdict?.outcome).toBe("passed");
    expect(verdict?.subjects[0]?.says).toMatch(/8 are answered; the rule on n2 has let \d+ packets in meanwhile$/);
  });

  it("is not claimed of nodes without it", async () => {
    expect((await run(forwardRuleCounts, state(true)))?.outcome).toBe("failed");
  });
});

describe("the growth of counters", () => {
  it.each([
    ["one", "a 3\na 8", "5"],
    ["several together", "a 3\na 1\na 8\na 1", "5"],
    ["none, that did not move", "a 3\na 3", "0"],
    ["not known, where one is missing", "a 3", "unknown"],
    ["not known, where a rule came in between", "a 3\na 3\na 1", "unknown"],
    ["not known, where there is none", "b 1", "unknown"],
  ])("is that of %s", (_, text, growth) => expect(growthOf(/^a (\d+)/gm)(text)).toBe(growth));
});
