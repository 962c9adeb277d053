import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ForwardPolicy, forwarding, type OverlayRules } from "../../components/cluster/node-state/forwarding";
import { bringAbout, undo } from "../../components/cluster/node-state/in-force";
import { machineIdScript } from "../../components/cluster/node-state/machine-id";
import { vagrantNat } from "../../components/cluster/node-state/vagrant";

/** The real scripts with the real ip and iptables, in namespaces of their own; systemctl is a stand-in. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cni-lab-node-state-"));
  writeFileSync(join(folder, "systemctl"), `#!/bin/sh\necho "$*" >>${join(folder, "systemctl.log")}\n`);
  chmodSync(join(folder, "systemctl"), 0o755);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What the script prints in a new network namespace, with an /etc of its own. */
function onNode(script: string): string {
  const around = [
    // Debian's iptables is a link into this folder.
    `cp --archive /etc/alternatives ${folder}`,
    "mount -t tmpfs none /etc",
    `cp --archive ${folder}/alternatives /etc`,
    "mkdir -p /etc/systemd/system",
    "mount -t tmpfs none /var/log",
    "mount -t tmpfs none /run",
  ].join("\n");
  return execFileSync("unshare", ["--net", "--mount", "sh", "-euc", `${around}\n${script}`], {
    encoding: "utf8",
    env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

describe("the FORWARD chain", () => {
  const chain = (script: string) => onNode(`${script}\niptables -S FORWARD`).trim().split("\n");
  const set = (policy: ForwardPolicy, rules: OverlayRules) => bringAbout(forwarding(policy, rules));
  const pods = '-A FORWARD -i cni0 -m comment --comment "cni-lab: pods may send" -j ACCEPT';
  const overlay = '-A FORWARD -i flannel.1 -o cni0 -m comment --comment "cni-lab: the overlay may come in" -j ACCEPT';
  const flannels = `
iptables -N FLANNEL-FWD
iptables -A FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD
iptables -A FLANNEL-FWD -s 10.244.0.0/16 -m comment --comment "flanneld forward" -j ACCEPT`;

  test.each<[ForwardPolicy, OverlayRules, string[]]>([
    ["drop", "none", ["-P FORWARD DROP", pods]],
    ["drop", "by-hand", ["-P FORWARD DROP", pods, overlay]],
    ["accept", "by-hand", ["-P FORWARD ACCEPT", overlay]],
    ["drop", "flannel", ["-P FORWARD DROP", pods]],
  ])("%s, rules %s; the same when it is set again", (policy, rules, lines) => {
    expect(chain(set(policy, rules))).toEqual(lines);
    expect(chain(`${set(policy, rules)}\n${set(policy, rules)}`)).toEqual(lines);
  });

  test("another setting takes the place of the first one", () => {
    expect(chain(`${set("drop", "by-hand")}\n${set("accept", "none")}`)).toEqual(["-P FORWARD ACCEPT"]);
  });

  test("what Flannel has left goes, unless the rules are to be Flannel's", () => {
    const all = (script: string) => onNode(`${script}\niptables -S`);
    expect(all(`${flannels}\n${set("drop", "none")}`)).not.toContain("FLANNEL");
    expect(all(`${flannels}\n${set("drop", "flannel")}`)).toContain("-A FLANNEL-FWD -s 10.244.0.0/16");
  });

  test("what somebody has added to mend this node goes where nobody's rules are wanted", () => {
    const byHand = "iptables -A FORWARD -i flannel.1 -o cni0 -j ACCEPT";
    expect(chain(`${byHand}\n${set("drop", "none")}`)).toEqual(["-P FORWARD DROP", pods]);
    expect(chain(`${byHand}\n${set("drop", "by-hand")}`)).toContain("-A FORWARD -i flannel.1 -o cni0 -j ACCEPT");
  });

  test.each(["ACCEPT", "DROP"])("is as before, policy %s, when the state is undone", (policy) => {
    const before = `iptables -P FORWARD ${policy}\niptables -A FORWARD -i eth7 -j DROP`;
    for (const state of [forwarding("drop", "by-hand"), forwarding("accept", "none")]) {
      const twice = `${bringAbout(state)}\n${bringAbout(state)}`;
      expect(chain(`${before}\n${twice}\n${undo(state)}`)).toEqual([
        `-P FORWARD ${policy}`,
        "-A FORWARD -i eth7 -j DROP",
      ]);
    }
  });

  test("undone twice accepts all where nobody has noted what was there before", () => {
    const state = forwarding("drop", "by-hand");
    expect(chain(`${bringAbout(state)}\n${undo(state)}\n${undo(state)}`)).toEqual(["-P FORWARD ACCEPT"]);
  });
});

describe("the machine-id", () => {
  const [shared, own] = [machineIdScript("shared"), machineIdScript("own")];
  const ids = (script: string) =>
    onNode(`
echo 11112222333344445555666677778888 >/etc/machine-id
mkdir -p /var/log/journal/11112222333344445555666677778888
${script}
cat /etc/machine-id
ls /var/log/journal /etc/cni-lab 2>/dev/null | grep . | tr '\n' ' '`)
      .trim()
      .split("\n");
  const cloned = "c10ed0000000000000000000000c10ed";
  const log = () => readFileSync(join(folder, "systemctl.log"), "utf8");

  test("of a clone is that of all clones, and the journal stays readable", () => {
    const found = [cloned, `/etc/cni-lab: machine-id /var/log/journal: ${cloned}`];
    expect(ids(shared)).toEqual(found);
    expect(log()).toBe("restart systemd-journald\n");
    expect(ids(`${shared}\n${shared}`)).toEqual(found);
  });

  test("is the node's own again, by the same file", () => {
    const found = [
      "11112222333344445555666677778888",
      "/etc/cni-lab: /var/log/journal: 11112222333344445555666677778888",
    ];
    expect(ids(`${shared}\n${own}`)).toEqual(found);
    expect(ids(`${shared}\n${shared}\n${own}\n${own}`)).toEqual(found);
  });

  test("of a node that was never cloned stays as it is", () => {
    expect(ids(own)[0]).toBe("11112222333344445555666677778888");
  });
});

describe("a node like a Vagrant box", () => {
  const lan = `
ip link add eth1 type veth peer name lan
ip address add 172.28.1.11/24 dev eth1
ip link set eth1 up
ip link set lan up
ip route add default via 172.28.1.254 dev eth1 onlink`;
  const look = "ip -o -4 address show | awk '{ print $2, $4 }'; ip route show default; ip netns list";

  test("has the default route by a NAT of its own; the same when it is made again", () => {
    const found = ["eth1 172.28.1.11/24", "eth0 10.0.2.15/24", "default via 10.0.2.2 dev eth0", "nat"];
    const lines = (script: string) =>
      onNode(`${lan}\n${script}\n${look}`)
        .trim()
        .split("\n")
        .map((line) => line.trim().replace(/ \(id: .*/, ""));
    expect(lines(bringAbout(vagrantNat))).toEqual(found);
    expect(lines(`${bringAbout(vagrantNat)}\n${bringAbout(vagrantNat)}`)).toEqual(found);
    expect(onNode(`${lan}\n${vagrantNat.apply}\nip -n nat -o -4 address show dev eth0`)).toContain(" 10.0.2.2/24 ");
  });

  test("has neither when that is undone", () => {
    const twice = `${bringAbout(vagrantNat)}\n${undo(vagrantNat)}\n${undo(vagrantNat)}`;
    expect(onNode(`${lan}\n${twice}\n${look}`).trim()).toBe("eth1 172.28.1.11/24");
  });
});

describe("a state of a node", () => {
  const state = { name: "a", description: "It's a state", apply: 'echo "applied $0 it\'s"', undo: "echo undone" };

  test("is brought about now, and by a unit at every start", () => {
    const printed = onNode(`${bringAbout(state)}\ncat /etc/systemd/system/cni-lab-a.service /etc/cni-lab/a`);
    expect(printed.split("\n")).toEqual(
      expect.arrayContaining([
        "applied /etc/cni-lab/a it's",
        "Description=It's a state",
        "ExecStart=/bin/sh -eu /etc/cni-lab/a",
        'echo "applied $0 it\'s"',
      ]),
    );
    expect(readFileSync(join(folder, "systemctl.log"), "utf8")).toBe(
      "daemon-reload\n--quiet enable cni-lab-a.service\n",
    );
  });

  test("leaves nothing of itself", () => {
    const printed = onNode(
      `${bringAbout(state)}\n${undo(state)}\n${undo(state)}\nfind /etc/cni-lab /etc/systemd ! -type d`,
    );
    expect(printed).toBe("applied /etc/cni-lab/a it's\nundone\nundone\n");
    expect(readFileSync(join(folder, "systemctl.log"), "utf8")).toContain("disable cni-lab-a.service");
  });
});
