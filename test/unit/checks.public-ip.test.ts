import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runChecks } from "../../checks/engine";
import type { Check } from "../../checks/language/check";
import { announcedAddress, overlayAstray, pingOnLan, samePublicIp } from "../../labs/checks/public-ip";
import { type Answer, evidenceDir, FakeCluster, labOf } from "./checks.fake";

let folder: string;
beforeEach(() => {
  folder = evidenceDir();
});
afterEach(() => rmSync(dirname(folder), { recursive: true, force: true }));

const line = (way: string) =>
  `18:00:00.000000 ${way} IP 10.244.0.5 > 10.244.1.5: ICMP echo request, id 7, seq 1, length 64\n`;
const carried = (link: string, source = "172.28.1.11") =>
  `18:00:00.000000 ${link}  Out IP ${source}.40000 > 172.28.1.12.8472: OTV, flags [I] (0x08), overlay 0, instance 1\n`;
const round = (line("flannel.1 Out") + line("flannel.1 In ")).repeat(63);

/** What two nodes answer, one of them with what is asked about last. */
const state =
  (broken: boolean) =>
  (where: string, command: string): Answer => {
    const own = where === "n2" || command.includes("get node n2") ? "172.28.1.12" : "172.28.1.11";
    const announced = broken ? "10.0.2.15" : own;
    if (command.includes("public-ip")) return announced;
    if (command.startsWith("ip -d link"))
      return `5: flannel.1: <UP> mtu 1450\n    vxlan id 1 local ${announced} dev ${broken ? "eth0" : "eth1"} srcport 0 0 dstport 8472`;
    if (command.startsWith("ip route get 1.1.1.1")) return "1.1.1.1 via 10.0.2.2 dev eth0 src 10.0.2.15 uid 0";
    if (command.startsWith("bridge fdb")) return `aa:bb:cc:00:00:02 dst ${announced} self permanent`;
    if (command.includes("tcpdump")) return broken ? round.repeat(8) : carried("eth1") + line("flannel.1 Out");
    if (command.includes("-I eth1")) return "3 packets transmitted, 3 received";
    return broken ? { exitCode: 1, stdout: "8 packets transmitted, 0 received" } : "8 packets transmitted, 8 received";
  };

async function run(check: Check, answer: (where: string, command: string) => Answer) {
  const cluster = new FakeCluster(answer);
  const { checks } = await runChecks(cluster, labOf([{ ...check, controls: {} }]), {
    expect: "healthy",
    values: { cni: "flannel" },
    evidenceDir: folder,
    clock: cluster.clock,
  });
  const subject = checks[0]?.subjects[0];
  return { outcome: checks[0]?.outcome, says: subject?.says, seen: subject?.seen };
}

describe("nodes that announce the address of their NAT", () => {
  it.each([samePublicIp, overlayAstray, pingOnLan])("show it: $id", async (check) =>
    expect((await run(check, state(true))).outcome).toBe("passed"),
  );

  it("are told apart from healthy ones by each node's own words", async () => {
    expect(await run(announcedAddress, state(true))).toMatchObject({
      outcome: "failed",
      says: "n1 is 172.28.1.11 on the LAN, announces 10.0.2.15, and its tunnel starts at 10.0.2.15 on eth0",
    });
    expect((await run(announcedAddress, state(false))).outcome).toBe("passed");
  });

  it.each<[string, string, string, "passed" | "failed"]>([
    ["round and round", round, "they go round and round", "passed"],
    ["as the NAT's address", carried("eth1", "10.0.2.15"), "they go out of eth1 as 10.0.2.15", "passed"],
    ["by the LAN", carried("eth1"), "they go out of eth1 as 172.28.1.11", "failed"],
    [
      "by both",
      carried("eth1") + carried("eth0"),
      "out of eth0 as 172.28.1.11 and out of eth1 as 172.28.1.11",
      "failed",
    ],
    ["into a tunnel that is down", line("flannel.1 Out").repeat(8), "they go nowhere", "failed"],
    ["where nobody has looked", "", "they go where nobody sees them", "failed"],
  ])("send packets %s", async (_, seen, words, outcome) => {
    const found = await run(overlayAstray, (where, command) =>
      command.includes("tcpdump") ? seen : state(true)(where, command),
    );
    expect(found.outcome).toBe(outcome);
    expect(found.says).toContain(words);
  });
});

describe("nodes that announce their own addresses", () => {
  it.each([samePublicIp, overlayAstray])("show nothing of it: $id", async (check) =>
    expect((await run(check, state(false))).outcome).toBe("failed"),
  );

  it("are not taken for the others where only the annotation differs", async () => {
    const half = (where: string, command: string) => state(!command.includes("get node n2"))(where, command);
    expect((await run(samePublicIp, half)).seen).toContain('other is "172.28.1.12", must be "10.0.2.15"');
  });
});
