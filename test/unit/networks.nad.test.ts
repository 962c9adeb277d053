import { describe, expect, test } from "vitest";
import { type Ipam, type MacvlanSpec, macvlanConf, networkWarnings } from "../../components/networks/nad";
import { networkProblems } from "../../components/networks/network-problems";
import { describeProblem } from "../../lib/user-error";

const spec = (ipam: Ipam, more: Partial<MacvlanSpec> = {}): MacvlanSpec => ({
  network: "lan",
  master: "eth1",
  ipam,
  ...more,
});
const range: Ipam = { type: "host-local", subnet: "10.10.20.0/24" };

describe("macvlanConf", () => {
  const head = { cniVersion: "0.3.1", name: "lan", type: "macvlan", master: "eth1", mode: "bridge" };
  const named = { capabilities: { ips: true } };
  const all: Ipam = {
    ...range,
    rangeStart: "10.10.20.1",
    rangeEnd: "10.10.20.254",
    gateway: "10.10.20.1",
    routes: [{ dst: "0.0.0.0/0" }],
  };
  const addresses = [{ address: "10.10.30.5/24", gateway: "10.10.30.1" }];

  test.each<[string, MacvlanSpec, object]>([
    ["host-local", spec(range), { ...head, ...named, ipam: range }],
    ["host-local with a range", spec(all), { ...head, ...named, ipam: all }],
    ["static", spec({ type: "static", addresses }), { ...head, ...named, ipam: { type: "static", addresses } }],
    ["static by the pod", spec({ type: "static" }), { ...head, ...named, ipam: { type: "static" } }],
    ["dhcp", spec({ type: "dhcp" }), { ...head, ipam: { type: "dhcp" } }],
    [
      "dhcp that asks",
      spec({ type: "dhcp", request: ["121", "routers"], priority: 50 }),
      { ...head, ipam: { type: "dhcp", request: [{ option: "121" }, { option: "routers" }], priority: 50 } },
    ],
    [
      "dhcp that asks for less",
      spec({ type: "dhcp", request: ["1"], skipDefault: true }),
      { ...head, ipam: { type: "dhcp", request: [{ skipDefault: true }, { option: "1" }] } },
    ],
    [
      "dhcp that says who it is",
      spec({ type: "dhcp", provide: [{ option: "host-name", fromArg: "K8S_POD_NAME" }] }),
      { ...head, ipam: { type: "dhcp", provide: [{ option: "host-name", fromArg: "K8S_POD_NAME" }] } },
    ],
    [
      "all else",
      spec({ type: "dhcp" }, { mode: "vepa", mtu: 1400, dns: { nameservers: ["4.4.4.4"] }, cniVersion: "1.0.0" }),
      {
        ...head,
        cniVersion: "1.0.0",
        mode: "vepa",
        mtu: 1400,
        ipam: { type: "dhcp" },
        dns: { nameservers: ["4.4.4.4"] },
      },
    ],
  ])("%s", (_, network, conf) => {
    expect(JSON.parse(macvlanConf(network))).toEqual(conf);
  });
});

describe("networkProblems of one network", () => {
  test.each<[MacvlanSpec, string[]]>([
    [spec(range), []],
    [spec({ type: "dhcp", request: ["121", "routers"], routes: [{ dst: "192.168.0.0/16", gw: "192.168.0.1" }] }), []],
    [spec({ type: "static", addresses: [{ address: "10.10.30.5/24", gateway: "10.10.30.1" }] }), []],
    [
      spec(range, { network: "Lan_1" }),
      ['network Lan_1: name is "Lan_1": must be 1 to 63 lower-case letters, digits and inner dashes'],
    ],
    [
      spec(range, { master: "a/b" }),
      ['network lan: master is "a/b": must be the name of a network interface, at most 15 characters'],
    ],
    [spec(range, { mtu: 20 }), ['network lan: mtu is "20": must be a whole number of bytes from 68 to 65535']],
    [spec(range, { dns: { nameservers: ["dns"] } }), ['network lan: dns.nameservers is "dns": must be an IP address']],
    [
      spec({ ...range, subnet: "10.10.20.1/24" }),
      ['network lan: subnet is "10.10.20.1/24": must be an IPv4 network with a prefix of at most /30'],
    ],
    [
      spec({ ...range, rangeStart: "10.10.21.1" }),
      ['network lan: rangeStart is "10.10.21.1": must be an address in the subnet 10.10.20.0/24'],
    ],
    [
      spec({ ...range, rangeEnd: "10.10.20.255" }),
      ['network lan: rangeEnd is "10.10.20.255": must be an address in the subnet 10.10.20.0/24'],
    ],
    [
      spec({ ...range, rangeStart: "10.10.20.9", rangeEnd: "10.10.20.8" }),
      ['network lan: rangeEnd is "10.10.20.8": must not come before rangeStart (10.10.20.9)'],
    ],
    [
      spec({ ...range, gateway: "10.10.2.1" }),
      ['network lan: gateway is "10.10.2.1": must be an address in the subnet 10.10.20.0/24'],
    ],
    [
      spec({ ...range, routes: [{ dst: "0.0.0.0" }] }),
      ['network lan: routes is "0.0.0.0": must be an IPv4 network, for example 0.0.0.0/0'],
    ],
    [
      spec({ ...range, routes: [{ dst: "0.0.0.0/0", gw: "10.9.9.9" }] }),
      ['network lan: route to 0.0.0.0/0 is "10.9.9.9": must be an address in 10.10.20.0/24'],
    ],
    [
      spec({ type: "static", addresses: [{ address: "10.10.30.5" }] }),
      ['network lan: addresses is "10.10.30.5": must be an IPv4 address with its prefix, for example 10.10.30.5/24'],
    ],
    [
      spec({ type: "static", addresses: [{ address: "10.10.30.5/24", gateway: "10.10.31.1" }] }),
      ['network lan: gateway is "10.10.31.1": must be an address in the subnet 10.10.30.0/24'],
    ],
    [
      spec({ type: "dhcp", request: ["router"] }),
      [
        'network lan: request is "router": must be the number of a DHCP option, from 1 to 254, or one of: dhcp-client-identifier, host-name, routers, subnet-mask, user-class, vendor-class-identifier',
      ],
    ],
    [
      spec({ type: "dhcp", routes: [{ dst: "192.168.0.0/16", gw: "x" }] }),
      ['network lan: route to 192.168.0.0/16 is "x": must be an address'],
    ],
  ])("%j", (network, problems) => {
    expect(networkProblems([network]).map(describeProblem)).toEqual(problems);
  });

  test("all problems come together", () => {
    const wrong = spec({ ...range, rangeStart: "1", rangeEnd: "2", gateway: "3" }, { network: "-", master: "" });
    expect(networkProblems([wrong])).toHaveLength(5);
  });
});

describe("networkProblems of two networks", () => {
  const part = (rangeStart: string, rangeEnd: string): Ipam => ({ ...range, rangeStart, rangeEnd });
  const other = (ipam: Ipam, master = "eth1") => spec(ipam, { network: "other", master });
  const rule =
    "must share no address with network lan (10.10.20.0/24), whose master is eth1 too; give it another subnet, another master, or both a range of one subnet";

  test.each<[string, MacvlanSpec, MacvlanSpec, string[]]>([
    ["one subnet", spec(range), other(range), [`network other is "10.10.20.0/24": ${rule}`]],
    ["one subnet, two masters", spec(range), other(range, "eth2"), []],
    [
      "subnets that overlap",
      spec(range),
      other({ ...range, subnet: "10.10.0.0/16" }),
      [`network other is "10.10.0.0/16": ${rule}`],
    ],
    ["two subnets", spec(range), other({ ...range, subnet: "10.10.21.0/24" }), []],
    [
      "two parts of one subnet",
      spec(part("10.10.20.20", "10.10.20.39")),
      other(part("10.10.20.40", "10.10.20.59")),
      [],
    ],
    [
      "two parts that overlap",
      spec(range),
      other(part("10.10.20.40", "10.10.20.59")),
      [`network other is "10.10.20.40-10.10.20.59": ${rule}`],
    ],
    [
      "an address out of a range",
      spec(range),
      other({ type: "static", addresses: [{ address: "10.10.20.7/24" }] }),
      [`network other is "10.10.20.7": ${rule}`],
    ],
    [
      "a range outside its subnet",
      spec(range),
      other(part("10.10.20.40", "10.10.21.59")),
      ['network other: rangeEnd is "10.10.21.59": must be an address in the subnet 10.10.20.0/24'],
    ],
    ["dhcp, of which nothing is known", spec({ type: "dhcp" }), other({ type: "dhcp" }), []],
    ["one name", spec(range), spec({ type: "dhcp" }), ["network lan: must be unique: two networks have this name"]],
  ])("%s", (_, a, b, problems) => {
    expect(networkProblems([a, b]).map(describeProblem)).toEqual(problems);
  });
});

test("what has no effect is said, each by itself", () => {
  const ipam: Ipam = { type: "dhcp", routes: [{ dst: "192.168.0.0/16", gw: "192.168.0.1" }] };
  expect(networkWarnings(spec(ipam, { dns: { nameservers: ["4.4.4.4"] } }))).toEqual([
    "network lan: the route to 192.168.0.0/16 via 192.168.0.1 has no effect: the dhcp plugin sets the server's routes and no others; let the server send it (option 121)",
    "network lan: the name server 4.4.4.4 has no effect: a pod's resolv.conf is the kubelet's; set it with dnsConfig in the pod",
  ]);
  expect(networkWarnings(spec({ ...range, routes: [{ dst: "0.0.0.0/0" }] }))).toEqual([]);
});
