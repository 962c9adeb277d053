import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runChecks } from "../../checks/engine";
import type { Check } from "../../checks/language/check";
import {
  flanneldOnNat,
  flanneldWell,
  ownBridge,
  ownLease,
  quickTest,
  quickTestSame,
  sharedLease,
} from "../../labs/checks/flannel-etcd";
import { type Answer, evidenceDir, FakeCluster, labOf } from "./checks.fake";

let folder: string;
beforeEach(() => {
  folder = evidenceDir();
});
afterEach(() => rmSync(dirname(folder), { recursive: true, force: true }));

type State = "broken" | "fixed";

const addressOf = (node: string) => (node === "n1" ? "172.28.1.11" : "172.28.1.12");
const subnetOf = (state: State, node: string) =>
  state === "broken" ? "80.90.0" : node === "n1" ? "80.9.0" : "80.23.0";
const lease = (subnet: string, node: string) =>
  `/cluster.local/network/subnets/${subnet}.0-16: node ${node}, tunnel 1a:1a:de:d9:81:83, ends in 86000 s\n`;

/** What flanneld says, as it was seen to. */
const log = (state: State, node: string) => {
  const [link, address] = state === "broken" ? ["eth0", "10.0.2.15"] : ["eth1", addressOf(node)];
  const subnet = `(ip: ${subnetOf(state, node)}.0/16 ipv6: ::/0)`;
  return [
    "main.go:231] Created subnet manager: Etcd Local Manager with Previous Subnet: None",
    "main.go:468] Found network config - Backend type: vxlan",
    `match.go:264] Using interface with name ${link} and address ${address}`,
    `match.go:286] Defaulting external address to interface address (${address})`,
    node === "n1"
      ? `local_manager.go:209] Allocated lease ${subnet} to current node (${address}) `
      : `local_manager.go:158] Found lease ${subnet} for current IP (${address}), reusing`,
    "main.go:412] Wrote subnet file to /run/flannel/subnet.env",
    "main.go:416] Running backend.",
  ].join("\n");
};

/** What two nodes answer. The lease of the NAT's address is in etcd for a day after the cure. */
const state =
  (state: State) =>
  (where: string, command: string): Answer => {
    const subnet = subnetOf(state, where);
    if (command.includes("journalctl")) return log(state, where);
    if (command.includes("subnet.env")) return `FLANNEL_NETWORK=80.0.0.0/8\nFLANNEL_SUBNET=${subnet}.1/16\n`;
    if (command.includes("leases")) {
      const nodes = state === "broken" ? [] : ["n1", "n2"];
      const all = [
        ...nodes.map((node) => lease(subnetOf(state, node), addressOf(node))),
        lease("80.90.0", "10.0.2.15"),
      ];
      const [, wanted] = /grep -F '(.*)'/.exec(command) ?? [];
      const found = all.filter((line) => line.includes(wanted ?? ""));
      return { exitCode: found.length === 0 ? 1 : 0, stdout: found.join("") };
    }
    if (command.includes("ctr ")) return `2: eth0    inet ${subnet}.7/16 brd 80.90.255.255 scope global eth0`;
    if (command.startsWith("ip route get"))
      return state === "broken"
        ? "80.90.0.3 dev cni0 src 80.90.0.1"
        : "80.23.0.3 via 80.23.0.0 dev flannel.1 src 80.9.0.0";
    if (command.includes("tcpdump"))
      return state === "broken" ? "" : "18:00:00.0 eth1  Out IP 172.28.1.11.40000 > 172.28.1.12.8472: OTV, overlay 0";
    return { exitCode: 1, stdout: "4 packets transmitted, 0 received" };
  };

async function run(check: Check, answer: (where: string, command: string) => Answer) {
  const cluster = new FakeCluster(answer);
  const { checks } = await runChecks(cluster, labOf([{ ...check, controls: {} }]), {
    expect: "healthy",
    values: { cni: "flannel-etcd" },
    evidenceDir: folder,
    clock: cluster.clock,
  });
  const subject = checks[0]?.subjects[0];
  return { outcome: checks[0]?.outcome, says: subject?.says, seen: subject?.seen };
}

const symptom = [flanneldOnNat, sharedLease, quickTestSame, ownBridge];
const health = [flanneldWell, ownLease, quickTest];

describe("nodes whose flanneld announces the address of their NAT", () => {
  it.each(symptom)("show it: $id", async (check) => expect((await run(check, state("broken"))).outcome).toBe("passed"));
  it.each(health)("are not well: $id", async (check) =>
    expect((await run(check, state("broken"))).outcome).toBe("failed"),
  );

  it("say in their own words who has which lease", async () => {
    expect((await run(sharedLease, state("broken"))).says).toBe(
      "n1 and n2 both have 80.90.0.0/16, which in etcd belongs to 10.0.2.15",
    );
    expect((await run(ownLease, state("broken"))).says).toBe(
      "n1 uses 80.90.0.0/16, and in etcd 172.28.1.11 has (none)",
    );
    expect((await run(flanneldOnNat, state("broken"))).says).toBe(
      "flanneld on n1 announces 10.0.2.15 of eth0, the address of every node's NAT: Allocated lease 80.90.0.0/16",
    );
  });
});

describe("nodes whose flanneld announces their own address", () => {
  it.each(health)("are well: $id", async (check) => expect((await run(check, state("fixed"))).outcome).toBe("passed"));
  it.each(symptom)("show nothing of it: $id", async (check) =>
    expect((await run(check, state("fixed"))).outcome).toBe("failed"),
  );

  it("are not taken for well with a container outside of the node's subnet", async () => {
    const odd = (where: string, command: string) =>
      command.includes("ctr ") && where === "n1" ? "2: eth0    inet 80.77.0.7/16" : state("fixed")(where, command);
    expect(await run(quickTest, odd)).toMatchObject({
      outcome: "failed",
      says: "a container on n1 gets 80.77.0.7/16, and the node's subnet is 80.9.0.0/16",
    });
  });

  it.each([
    ["Running backend", "stopped early"],
    ["Wrote subnet file", "has no lease to write"],
    ["Found network config", "found no config in etcd"],
  ])("are not taken for well without the words %s: it %s", async (words) => {
    const silent = (where: string, command: string) => {
      const said = state("fixed")(where, command);
      if (!command.includes("journalctl")) return said;
      return String(said).replaceAll(new RegExp(`^.*${words}.*$`, "gm"), "");
    };
    expect((await run(flanneldWell, silent)).outcome).toBe("failed");
  });

  it("are not taken for well with a lease under another address than the interface's, as by --public-ip", async () => {
    const other = (where: string, command: string) => {
      const said = state("fixed")(where, command);
      if (!command.includes("journalctl")) return said;
      return String(said).replace(/(current node|current IP) \([\d.]+\)/, "$1 (10.0.2.15)");
    };
    expect((await run(flanneldWell, other)).seen).toBe('holder is "10.0.2.15", must be "172.28.1.11"');
  });
});
