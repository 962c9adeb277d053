import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runChecks } from "../../checks/engine";
import type { Check } from "../../checks/language/check";
import { ownPeerNames, peersCollide, podsWaitForAddress, samePeerName, weavePort } from "../../labs/checks/peer-names";
import { type Answer, evidenceDir, FakeCluster, labOf } from "./checks.fake";

let folder: string;
beforeEach(() => {
  folder = evidenceDir();
});
afterEach(() => rmSync(dirname(folder), { recursive: true, force: true }));

const pageOf = (
  name: string,
  node: string,
  addresses: string,
) => `        Version: 2.6.5 (version check update disabled)

        Service: router
       Protocol: weave 1..2
           Name: ${name}(${node})
     Encryption: disabled
        Targets: 1

        Service: ipam
         Status: ${addresses}
          Range: 10.32.0.0/12
`;

/** What two nodes answer, with one machine-id or one each. */
const state =
  (shared: boolean) =>
  (where: string, command: string): Answer => {
    const n = where === "n2" ? 2 : 1;
    const own = shared ? "c1:0e:d0:00:00:00" : `aa:00:00:00:00:0${n}`;
    if (command.includes("/status/connections")) {
      return shared
        ? `-> 172.28.1.1${3 - n}:6783       failed      local "${own}(n${n})" and remote "${own}(n${3 - n})" peer names collision, retry: 2026-01-01\n-> 172.28.1.1${n}:6783       failed      cannot connect to ourself, retry: never`
        : `-> 172.28.1.1${3 - n}:6783       established sleeve aa:00:00:00:00:01(n${3 - n}) mtu=1438`;
    }
    if (command.includes("/status"))
      return pageOf(own, `n${n}`, shared ? "awaiting consensus (quorum: 2, known: 0)" : "ready");
    if (command.includes("machine-id")) return shared ? `${"c1".repeat(16)}\n` : `${`a${n}`.repeat(16)}\n`;
    if (command.includes(":6783")) return "open";
    if (command.includes(":6799")) return "socat[7] E connect: Connection refused\nclosed";
    if (command.includes("status.phase")) return shared ? "Pending Pending" : "Running Running";
    return shared ? "" : "10.32.0.1 10.32.0.2";
  };

async function run(check: Check, answer: (where: string, command: string) => Answer) {
  const cluster = new FakeCluster(answer);
  // The fake answers questions about pods by itself.
  const usual = cluster.kubectl.bind(cluster);
  cluster.kubectl = (args, options) => usual(args.includes("-l") ? ["ask", ...args] : args, options);
  const { checks } = await runChecks(cluster, labOf([{ ...check, controls: {} }]), {
    expect: "healthy",
    values: { cni: "weave" },
    evidenceDir: folder,
    clock: cluster.clock,
  });
  return checks[0];
}

const symptom = [samePeerName, peersCollide, podsWaitForAddress];

describe("nodes with one machine-id", () => {
  it.each(symptom)("show it: $id", async (check) => expect((await run(check, state(true)))?.outcome).toBe("passed"));

  it("are told in Weave's own words", async () => {
    const verdict = await run(peersCollide, state(true));
    expect(verdict?.subjects[0]?.says).toBe(
      'n1: 172.28.1.12:6783       failed      local "c1:0e:d0:00:00:00(n1)" and remote "c1:0e:d0:00:00:00(n2)" peer names collision; addresses: awaiting consensus (quorum: 2, known: 0)',
    );
  });

  it("are no healthy ones", async () => {
    const verdict = await run(ownPeerNames, state(true));
    expect(verdict?.outcome).toBe("failed");
    expect(verdict?.subjects[1]?.seen).toContain("name c1:0e:d0:00:00:00 is also that of n1; machineId");
  });

  it("reach each other's routers", async () => {
    expect((await run(weavePort, state(true)))?.outcome).toBe("passed");
    const shut = await run(weavePort, (_, command) => (command.includes(":6783") ? "E timed out\nclosed" : "closed"));
    expect(shut?.outcome).toBe("failed");
    const wide = await run(weavePort, () => "open");
    expect(wide?.subjects[0]?.seen).toBe('nobody is "open", must be "closed"');
  });
});

describe("nodes with ids of their own", () => {
  it.each(symptom)("show nothing of it: $id", async (check) =>
    expect((await run(check, state(false)))?.outcome).toBe("failed"),
  );

  it("are healthy", async () => expect((await run(ownPeerNames, state(false)))?.outcome).toBe("passed"));

  it("don't pass for clones where only the names are one", async () => {
    const half = (where: string, command: string) => state(!command.includes("machine-id"))(where, command);
    expect((await run(samePeerName, half))?.subjects[0]?.seen).toContain("machineId is");
  });
});
