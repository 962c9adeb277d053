import { describe, expect, test } from "vitest";
import { defaultLan, hostOnLan, nodeNames, nodeOnLan } from "../../components/cluster/lan";
import { type Cidr, contains, hostAddress, networkOf, overlaps, parseAddress, parseCidr } from "../../lib/cidr";

function network(text: string): Cidr {
  const cidr = parseCidr(text);
  if (cidr === undefined) {
    throw new Error(`${text} is no network`);
  }
  return cidr;
}

describe("parseCidr", () => {
  test.each(["10.244.0.0", "10.244.0.0/33", "10.244/16", "256.0.0.0/8", "10.244.1.0/16", "::/0", " 10.0.0.0/8", ""])(
    "%j is no network",
    (text) => {
      expect(parseCidr(text)).toBeUndefined();
    },
  );

  test("0.0.0.0/0 is every address", () => {
    expect(network("0.0.0.0/0")).toMatchObject({ first: 0, last: 2 ** 32 - 1, prefix: 0 });
  });
});

describe("overlaps", () => {
  test.each([
    ["10.244.0.0/16", "10.244.3.0/24", true],
    ["10.32.0.0/12", "10.47.255.0/24", true],
    ["10.32.0.0/12", "10.48.0.0/16", false],
    ["192.168.0.0/24", "192.168.1.0/24", false],
  ])("%s and %s: %s", (a, b, shared) => {
    expect(overlaps(network(a), network(b))).toBe(shared);
    expect(overlaps(network(b), network(a))).toBe(shared);
  });
});

test("contains goes by the first and the last address", () => {
  const lan = network("172.28.7.0/24");
  expect(["172.28.7.0", "172.28.7.255", "172.28.8.0", "172.28.6.255"].map((a) => contains(lan, a))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test.each([
  ["10.10.20.7", 168432647],
  ["0.0.0.0", 0],
  ["255.255.255.255", 2 ** 32 - 1],
  ["10.10.20", undefined],
  ["10.10.20.256", undefined],
  ["10.10.20.7/24", undefined],
  ["", undefined],
])("the address %j is %j", (text, value) => {
  expect(parseAddress(text)).toBe(value);
});

test.each([
  ["10.10.30.5/24", "10.10.30.0/24"],
  ["10.10.30.0/24", "10.10.30.0/24"],
  ["10.10.30.5", undefined],
  ["10.10.30/24", undefined],
  ["10.10.30.5/33", undefined],
])("%j is in the network %j", (text, network) => {
  expect(networkOf(text)?.text).toBe(network);
});

describe("the lab's LAN", () => {
  test("nodes are .11 and up, this machine is .1", () => {
    expect(nodeNames(2)).toEqual(["n1", "n2"]);
    expect([0, 1].map((index) => nodeOnLan("172.28.7.0/24", index))).toEqual(["172.28.7.11", "172.28.7.12"]);
    expect(hostOnLan("172.28.7.0/24")).toBe("172.28.7.1");
  });

  test("a stack keeps its LAN, and the labs of this project have one each", () => {
    const stacks = ["flannel", "weave", "confluence", "multihomed", "dhcp-no-daemon", "dhcp-bad-routes"];
    expect(stacks.map(defaultLan)).toEqual(stacks.map(defaultLan));
    expect(new Set(stacks.map(defaultLan)).size).toBe(stacks.length);
  });

  test("an address outside is an error", () => {
    expect(() => hostAddress(network("172.28.7.0/24"), 256)).toThrow("172.28.7.0/24 has no address number 256");
  });
});
