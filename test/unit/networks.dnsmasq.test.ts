import { describe, expect, test } from "vitest";
import {
  completeService,
  type DhcpService,
  dhcpFaults,
  dnsmasqConf,
  serviceProblems,
} from "../../components/networks/dnsmasq";
import { describeProblem } from "../../lib/user-error";

const lines = (service: DhcpService) => dnsmasqConf(service, "eth1").trim().split("\n");
const list = [{ dst: "10.8.0.0/16", gw: "192.168.0.7" }];

describe("dnsmasqConf", () => {
  const usual = lines({});

  test("gives out .100 to .199 for two minutes, with itself as the router, and nothing but DHCP", () => {
    expect(usual).toEqual([
      "port=0",
      "interface=eth1",
      "except-interface=lo",
      "bind-interfaces",
      "user=root",
      "group=root",
      "dhcp-authoritative",
      "no-ping",
      "dhcp-range=192.168.0.100,192.168.0.199,255.255.255.0,120",
      "dhcp-leasefile=/var/lib/misc/dnsmasq.leases",
      "log-dhcp",
      "log-facility=-",
      "dhcp-option=option:router,192.168.0.1",
    ]);
  });

  test.each<[DhcpService, string[]]>([
    [{ fault: "none" }, []],
    [{ fault: "silent" }, ["dhcp-ignore=tag:!known"]],
    [{ fault: "off-link-router" }, ["dhcp-option=option:router,192.168.77.1"]],
    [{ fault: "off-link-route" }, ["dhcp-option-force=option:classless-static-route,10.77.0.0/16,192.168.77.1"]],
    [{ fault: "no-default-route" }, ["dhcp-option-force=option:classless-static-route,192.168.0.0/24,192.168.0.1"]],
    [{ fault: "pool-exhausted" }, ["dhcp-range=192.168.0.100,192.168.0.100,255.255.255.0,120"]],
    [{ fault: "slow" }, ["dhcp-reply-delay=15"]],
    [{ router: "none" }, ["dhcp-option=option:router"]],
    [{ router: "192.168.0.254" }, ["dhcp-option=option:router,192.168.0.254"]],
    [{ leaseSeconds: 600 }, ["dhcp-range=192.168.0.100,192.168.0.199,255.255.255.0,600"]],
    [{ routes: { list, forced: false } }, ["dhcp-option=option:classless-static-route,10.8.0.0/16,192.168.0.7"]],
    [{ routes: { list, forced: true } }, ["dhcp-option-force=option:classless-static-route,10.8.0.0/16,192.168.0.7"]],
    [
      { routes: { list, forced: false }, fault: "off-link-route" },
      ["dhcp-option-force=option:classless-static-route,10.8.0.0/16,192.168.0.7,10.77.0.0/16,192.168.77.1"],
    ],
    [
      { routes: { list: [...list, { dst: "0.0.0.0/0", gw: "192.168.0.1" }], forced: true }, fault: "no-default-route" },
      ["dhcp-option-force=option:classless-static-route,10.8.0.0/16,192.168.0.7"],
    ],
    [
      { address: "10.1.2.3/20", range: { first: "10.1.3.0", last: "10.1.3.9" } },
      ["dhcp-range=10.1.3.0,10.1.3.9,255.255.240.0,120", "dhcp-option=option:router,10.1.2.3"],
    ],
  ])("%j changes only %j", (service, changed) => {
    expect(lines(service).filter((line) => !usual.includes(line))).toEqual(changed);
  });

  test("every fault is right to have", () => {
    expect(dhcpFaults.flatMap((fault) => serviceProblems({ fault }))).toEqual([]);
  });
});

test("completeService: the documented defaults are the real ones", () => {
  expect(completeService({})).toEqual({
    address: "192.168.0.1/24",
    range: { first: "192.168.0.100", last: "192.168.0.199" },
    leaseSeconds: 120,
    router: "192.168.0.1",
    routes: undefined,
    fault: "none",
  });
});

describe("serviceProblems", () => {
  const range = (first: string, last: string) => ({ range: { first, last } });

  test.each<[DhcpService, string[]]>([
    [{}, []],
    [{ router: "none", routes: { list, forced: true } }, []],
    [
      { address: "192.168.0.1" },
      [
        'address is "192.168.0.1": must be a host\'s IPv4 address with a prefix of at most /30, for example 192.168.0.1/24',
      ],
    ],
    [
      { address: "192.168.0.0/24" },
      [
        'address is "192.168.0.0/24": must be a host\'s IPv4 address with a prefix of at most /30, for example 192.168.0.1/24',
      ],
    ],
    [
      range("192.168.1.9", "192.168.0.99"),
      [
        'range.first is "192.168.1.9": must be an address in 192.168.0.0/24',
        'range.last is "192.168.0.99": must not come before range.first (192.168.1.9)',
      ],
    ],
    [
      range("192.168.0.1", "192.168.0.9"),
      ['range is "192.168.0.1-192.168.0.9": must not hold the server\'s own address (192.168.0.1)'],
    ],
    [
      range("a", "192.168.0.255"),
      [
        'range.first is "a": must be an address in 192.168.0.0/24',
        'range.last is "192.168.0.255": must be an address in 192.168.0.0/24',
      ],
    ],
    [{ leaseSeconds: 119 }, ['leaseSeconds is "119": must be a whole number of seconds, at least 120']],
    [{ leaseSeconds: 120.5 }, ['leaseSeconds is "120.5": must be a whole number of seconds, at least 120']],
    [{ router: "192.168.77.1" }, ['router is "192.168.77.1": must be an address in 192.168.0.0/24']],
    [
      { routes: { list: [{ dst: "10.8.0.0", gw: "192.168.77.1" }], forced: true } },
      [
        'routes is "10.8.0.0": must be an IPv4 network',
        'route to 10.8.0.0 is "192.168.77.1": must be an address in 192.168.0.0/24',
      ],
    ],
  ])("%j", (service, problems) => {
    expect(serviceProblems(service).map(describeProblem)).toEqual(problems);
  });
});
