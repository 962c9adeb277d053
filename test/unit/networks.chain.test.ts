import { describe, expect, test } from "vitest";
import type { ChainedPlugin } from "../../components/networks/chain";
import { type Ipam, type MacvlanSpec, macvlanConf } from "../../components/networks/nad";
import { networkProblems } from "../../components/networks/network-problems";
import { describeProblem } from "../../lib/user-error";

const range: Ipam = { type: "host-local", subnet: "10.10.20.0/24" };
const spec = (chain: readonly unknown[], more: Partial<MacvlanSpec> = {}): MacvlanSpec => ({
  network: "lan",
  master: "eth1",
  ipam: range,
  // A program without types may hold anything.
  chain: chain as readonly ChainedPlugin[],
  ...more,
});

describe("macvlanConf with a chain", () => {
  const macvlan = { type: "macvlan", master: "eth1", mode: "bridge", capabilities: { ips: true }, ipam: range };
  const list = (...plugins: object[]) => ({ cniVersion: "0.3.1", name: "lan", plugins });

  test("an empty one is none: the text is that of the plugin alone, to the letter", () => {
    const alone =
      '{"cniVersion":"0.3.1","name":"lan","type":"macvlan","master":"eth1","mode":"bridge","capabilities":{"ips":true},"ipam":{"type":"host-local","subnet":"10.10.20.0/24"}}';
    expect(macvlanConf(spec([]))).toBe(alone);
    expect(macvlanConf({ network: "lan", master: "eth1", ipam: range })).toBe(alone);
  });

  const tuning: ChainedPlugin = {
    type: "tuning",
    sysctl: { "net.ipv4.conf.IFNAME.arp_announce": "2" },
    mac: "02:00:0a:0a:14:01",
    mtu: 1400,
    promisc: true,
    allmulti: true,
    txQLen: 100,
    dataDir: "/run/tuning",
    capabilities: { mac: true },
  };
  test.each<[string, MacvlanSpec, object]>([
    ["tuning, with all of its options", spec([tuning]), list(macvlan, tuning)],
    [
      "in the order given",
      spec([{ type: "sbr" }, { type: "tuning" }]),
      list(macvlan, { type: "sbr" }, { type: "tuning" }),
    ],
    ["vrf", spec([{ type: "vrf", vrfname: "red" }]), list(macvlan, { type: "vrf", vrfname: "red" })],
    [
      "capabilities of macvlan",
      spec([{ type: "sbr" }], { capabilities: { mac: true } }),
      list({ ...macvlan, capabilities: { ips: true, mac: true } }, { type: "sbr" }),
    ],
    [
      "capabilities that are off",
      spec([{ type: "sbr" }], { capabilities: { ips: false } }),
      list({ ...macvlan, capabilities: undefined }, { type: "sbr" }),
    ],
    [
      "capabilities with dhcp",
      spec([{ type: "sbr" }], { ipam: { type: "dhcp" }, capabilities: { mac: true } }),
      list({ ...macvlan, capabilities: { mac: true }, ipam: { type: "dhcp" } }, { type: "sbr" }),
    ],
  ])("%s", (_, network, conf) => {
    expect(networkProblems([network])).toEqual([]);
    expect(JSON.parse(macvlanConf(network))).toEqual(conf);
  });
});

describe("networkProblems of a chain", () => {
  const tables = "must be a whole number from 1 to 2147483647, and none of: 253, 254, 255";

  test.each<[MacvlanSpec, string[]]>([
    [
      spec([{ type: "tuning", sysctl: { "kernel.panic": "1", "net.ipv4/../../kernel": "1" } }]),
      ["kernel.panic", "net.ipv4/../../kernel"].map(
        (name) =>
          `network lan: tuning.sysctl is "${name}": must be the name of a value below net, for example net.ipv4.conf.IFNAME.arp_announce`,
      ),
    ],
    [
      // All at once; the first octet of a group's address is odd.
      spec([{ type: "tuning", mac: "01:00:5e:00:00:01", mtu: 20, txQLen: -1, dataDir: "run" }]),
      [
        'network lan: tuning.mac is "01:00:5e:00:00:01": must be six octets of one machine, for example 02:00:0a:0a:14:01',
        'network lan: tuning.mtu is "20": must be a whole number of bytes from 68 to 65535',
        'network lan: tuning.txQLen is "-1": must be a whole number, at least 0',
        'network lan: tuning.dataDir is "run": must be an absolute path',
      ],
    ],
    [spec([{ type: "sbr" }, { type: "sbr" }]), ['network lan: chain is "sbr": must stand there once']],
    [
      spec([{ type: "bandwidth", ingressRate: 1, ingressBurst: 1 }]),
      [
        "network lan: chain is \"bandwidth\": can't follow macvlan: it slows the node's end of a veth pair, and macvlan makes none",
      ],
    ],
    [spec([{ type: "portmap" }]), ['network lan: chain is "portmap": must be one of: tuning, sbr, vrf']],
    [
      spec([{ type: "sbr", table: 100 }]),
      [
        'network lan: sbr.table is "100": must be the table of one of the network\'s routes: with a table given, sbr moves none into it; leave it out, or give routes with table 100',
      ],
    ],
    [
      spec([{ type: "sbr", table: 100 }], {
        cniVersion: "1.0.0",
        ipam: { ...range, routes: [{ dst: "0.0.0.0/0", table: 100 }] },
      }),
      [],
    ],
    [spec([{ type: "sbr", table: 254 }], { ipam: { type: "dhcp" } }), [`network lan: sbr.table is "254": ${tables}`]],
    [
      spec([], { ipam: { ...range, routes: [{ dst: "0.0.0.0/0", table: 100 }] } }),
      [
        'network lan: cniVersion is "0.3.1": must be 1.0.0 or later with the table of a route (to 0.0.0.0/0): before, plugins don\'t hand it on',
      ],
    ],
    [
      spec([{ type: "vrf", vrfname: "net1", table: 0 }]),
      [
        'network lan: vrf.vrfname is "net1": must be the name of a network interface, at most 15 characters, and none of: lo, eth0, net1',
        `network lan: vrf.table is "0": ${tables}`,
      ],
    ],
    [
      spec([], { ipam: { type: "dhcp" }, capabilities: { ips: true } }),
      [
        'network lan: capabilities.ips is "true": has no effect with dhcp: the server says which address a pod has; leave it out, or take static or host-local',
      ],
    ],
  ])("%j", (network, problems) => {
    expect(networkProblems([network]).map(describeProblem)).toEqual(problems);
  });
});
