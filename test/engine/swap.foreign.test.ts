import { describe, expect, it } from "vitest";
import { arrive, cleanUp, flannel, flannelEtcd, makes, refusal, weave } from "./node-scene";

/** A machine's own networks inside those of the CNIs: a LAN, a VPN, a way to a further LAN, and somebody's bridge. */
const networks = (net: string) => `
ip link add eth0 type veth peer name lan0
ip link add vpn0 type veth peer name vpn0-peer
ip link add office type bridge
for link in eth0 lan0 vpn0 vpn0-peer office; do ip link set $link up; done
ip address add ${net}.7.5/24 dev eth0
ip route add ${net}.160.0/20 dev vpn0
ip route add ${net}.9.0/24 via ${net}.7.1 dev eth0
ip address add ${net}.11.1/24 dev office`;

/** What the machine has under the names of what CNIs make. */
const namesakes = `
mkdir -p /var/lib/weave /opt/cni/bin
touch /var/lib/weave/weave-netdata.db /opt/cni/bin/flannel /opt/cni/bin/weave-net
ip link add datapath type bridge
ip link add flannel.9 type vxlan id 9 dev eth1 dstport 8472
ip link add tap7 type veth peer name vm7
ip link set tap7 master datapath
iptables -N WEAVE-OLD
iptables -A INPUT -j WEAVE-OLD
iptables -N FLANNEL-OLD
iptables -A FORWARD -j FLANNEL-OLD
iptables -A FORWARD -i weave -j LOG`;

const cnis = [
  [flannel, "10.244"],
  [flannelEtcd, "80.9"],
  [weave, "10.40"],
] as const;

describe("a clean-up on a machine with a life of its own", () => {
  it.each(cnis)("leaves the networks inside the range of $cni alone that came after it", async (own, net) => {
    const { before, first, second } = await cleanUp(own, { others: networks(net), desired: "none" });
    expect(before).toContain(`${net}.7.0/24 dev eth0 proto kernel`);
    expect(before).toContain(`${net}.160.0/20 dev vpn0`);
    expect(before).toContain(`${net}.9.0/24 via ${net}.7.1 dev eth0`);
    expect(before).toContain(`${net}.11.0/24 dev office`);
    expect(first).toBe(before);
    expect(second).toBe(before);
  });

  it.each(cnis)("leaves what was there before $cni, whatever its name, and says so", async (own) => {
    const { before, first, second, said } = await cleanUp(own, { before: namesakes, desired: "none" });
    for (const name of [
      "/var/lib/weave/weave-netdata.db",
      "/opt/cni/bin/flannel",
      "WEAVE-OLD",
      "FLANNEL-OLD",
      "flannel.9",
      "tap7",
    ]) {
      expect(before).toContain(name);
    }
    expect(first).toBe(before);
    expect(second).toBe(before);
    expect(said).toMatch(/^n1: stays, as it was here before any CNI: \w+ /m);
  });

  it("leaves a bridge of the CNI's name that has addresses of another network only", async () => {
    const theirs = "ip link delete cni0\nip link add cni0 type bridge\nip address add 192.168.9.1/24 dev cni0";
    const { first, said } = await cleanUp(flannel, { afterwards: theirs, desired: "none" });
    expect(first).toContain("cni0:");
    expect(said).toContain("n1: stays, as it has no address of 10.244.0.0/16: link cni0\n");
    const ours = "ip address add 10.244.1.1/24 dev cni0";
    expect((await cleanUp(flannel, { afterwards: ours, desired: "none" })).first).not.toContain("cni0:");
  });

  it.each(cnis)("removes nothing at all where $cni never came", async (own, net) => {
    const scene = { before: networks(net), comes: false, desired: "none" };
    const { failed, changed, asked, said } = await refusal(own, scene);
    expect({ failed, changed, asked }).toEqual({ failed: false, changed: false, asked: null });
    expect(said).toContain(`n1: ${own.cni} never came here, by the record of this node: nothing is removed\n`);
  });
});

describe("a CNI that comes to a machine with a life of its own", () => {
  it.each(cnis)(
    "is refused where the machine has a LAN, a VPN or a bridge inside the range of $cni",
    async (own, net) => {
      expect((await arrive(own, {}, { before: networks(net) })).replaceAll(" linkdown", "")).toBe(
        `n1: ${own.cni} can't come: its network ${own.network} has addresses that this node uses otherwise; give it another network. Here are: ` +
          [
            `address ${net}.7.5/24 on eth0`,
            `address ${net}.11.1/24 on office`,
            `route ${net}.7.0/24 dev eth0 proto kernel scope link src ${net}.7.5`,
            `route ${net}.9.0/24 via ${net}.7.1 dev eth0`,
            `route ${net}.11.0/24 dev office proto kernel scope link src ${net}.11.1`,
            `route ${net}.160.0/20 dev vpn0 scope link`,
          ].join("; "),
      );
    },
  );

  it("is refused by a wider route than its own range, of another table too, and by a blackhole", async () => {
    const said = async (route: string) =>
      await arrive(weave, {}, { before: `ip link set eth1 up; ip route add ${route}` });
    expect(await said("10.0.0.0/8 dev eth1 table 51820")).toMatch(
      /: route 10.0.0.0\/8 dev eth1 table 51820 scope link$/,
    );
    expect(await said("blackhole 10.33.0.0/26")).toMatch(/: route blackhole 10.33.0.0\/26$/);
  });

  it("does not mind ways to everywhere, networks outside its range, and its own things", async () => {
    const everywhere = ["default", "0.0.0.0/1", "128.0.0.0/1", "10.48.0.0/16"].map(
      (to) => `ip route add ${to} dev eth1`,
    );
    expect(await arrive(weave, {}, { before: ["ip link set eth1 up", ...everywhere].join("\n") })).toBe("");
    const own = "ip link add weave type bridge; ip link set weave up; ip address add 10.32.0.1/12 dev weave";
    expect(await arrive(weave, {}, { before: own })).toBe("");
    expect(await arrive(flannel, {}, { before: makes.flannel })).toBe("");
  });

  it("is refused where it would overwrite a service that is not its own", async () => {
    expect(await arrive(flannelEtcd, {}, { before: "touch /etc/default/flanneld" })).toBe(
      "n1: flannel-etcd can't come: it would overwrite /etc/default/flanneld, which is not its own; move that away first",
    );
  });
});
