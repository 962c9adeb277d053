import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { parseCidr } from "../../lib/cidr";
import { labConfig, parseLabConfig } from "../../stacks/schema";

function refusal(values: Record<string, string>): string {
  try {
    parseLabConfig(values);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("accepted");
}

describe("parseLabConfig", () => {
  test("nothing set gives the defaults", () => {
    expect(parseLabConfig({})).toEqual({
      cluster: "lab",
      preflight: "refuse",
      atOnce: "1",
      nodesPerResource: 1,
      cni: "flannel",
      nodes: 3,
      podCidr: "10.244.0.0/16",
      serviceCidr: "10.96.0.0/12",
      flannelBackend: "vxlan",
      flannelIface: "default-route",
      flannelEtcdRange: "80.0.0.0/8",
      weaveRange: "10.32.0.0/12",
      multus: "thick",
      multusDefinitions: "made",
      macvlanMaster: "eth1",
      secondLan: "off",
      macvlanAddresses: "named",
      dhcpDaemon: "auto",
      dhcpRelease: "on",
      dhcpFault: "none",
      dhcpLease: 120,
      dhcpRange: "192.168.0.100-192.168.0.199",
      confluence: "off",
      replicas: 2,
      join: "multicast",
      multicastAddress: "230.0.0.1",
      multicastTtl: 1,
      interface: "eth0",
      spread: "node",
      livenessProbe: "off",
      safetyInterval: 10,
      clusterName: "confluence-cluster",
      confluenceImage: "localhost/cni-lab/confluence-node:1",
      forwardPolicy: "accept",
      forwardRules: "flannel",
      machineId: "own",
      nodeCleanup: "on",
      recreatePods: "on",
      nodeNetwork: "lan",
      engine: "auto",
    });
  });

  test.each([
    ["cni", "calico", "one of: flannel, weave, flannel-etcd, none"],
    ["nodes", "0", "a whole number from 1 to 9"],
    ["nodes", "ten", "a whole number from 1 to 9"],
    ["nodes", "", "a whole number from 1 to 9"],
    ["lanCidr", "172.28.7.0/16", "with the prefix /24"],
    ["lanCidr", "172.28.7.1/24", "with the prefix /24"],
    ["podCidr", "10.244.0.0/30", "at most /22"],
    ["serviceCidr", "10.96.0.0", "an IPv4 network"],
    ["flannelBackend", "udp", "one of: vxlan, host-gw"],
    ["flannelIface", "eth1; reboot", "the name of a network interface"],
    ["flannelIface", "$(reboot)", "the name of a network interface"],
    ["flannelIface", "regex:", "regex:REGEX"],
    ["flannelIface", "regex:a b", "regex:REGEX"],
    ["flannelIface", "can-reach:", "can-reach:ADDRESS"],
    ["flannelIface", "can-reach:10.0.2", "can-reach:ADDRESS"],
    ["flannelIface", "annotation:public-ip", "annotation:node-public-ip or annotation:public-ip-overwrite"],
    ["flannelIface", "default-route:eth1", "must be default-route, the name"],
    ["nodeNetwork", "nat", "one of: lan, vagrant"],
    ["engine", "crio", "one of: auto, podman"],
    ["weaveRange", "10.32.0.1/12", "at most /22"],
    ["weaveMtu", "575", "a whole number from 576 to 65535"],
    ["weaveMtu", "65536", "a whole number from 576 to 65535"],
    ["weaveMtu", "1e3", "a whole number from 576 to 65535"],
    ["weavePassword", "", "must not be empty"],
    ["networks", ",", "a comma-separated list, each once, of: macvlan-conf, macvlan-conf-2"],
    ["networks", "macvlan-conf,lan", "a comma-separated list, each once, of: macvlan-conf, macvlan-conf-2"],
    ["networks", "macvlan-conf,macvlan-conf", "a comma-separated list, each once, of: macvlan-conf, macvlan-conf-2"],
    ["multus", "fat", "one of: thick, thin"],
    ["macvlanMaster", "a/b", "the name of a network interface"],
    ["secondLan", "true", "one of: on, off"],
    ["macvlanAddresses", "dhcp", "one of: named, node-range, unnamed"],
    ["dhcpDaemon", "on", "one of: auto, off"],
    ["dhcpRelease", "auto", "one of: on, off"],
    [
      "dhcpFault",
      "mute",
      "one of: none, silent, off-link-router, off-link-route, no-default-route, pool-exhausted, slow",
    ],
    ["dhcpLease", "119", "a whole number of seconds, at least 120"],
    ["dhcpLease", "2m", "a whole number of seconds, at least 120"],
    ["dhcpRange", "192.168.0.100", "FIRST-LAST inside 192.168.0.0/24"],
    ["dhcpRange", "192.168.0.9-192.168.0.8", "FIRST-LAST inside 192.168.0.0/24"],
    ["dhcpRange", "192.168.1.8-192.168.1.9", "FIRST-LAST inside 192.168.0.0/24"],
    ["dhcpRange", "192.168.0.1-192.168.0.9", "without the server's own address"],
    ["dhcpRange", "192.168.0.8-192.168.0.9-10", "FIRST-LAST inside 192.168.0.0/24"],
    ["confluence", "yes", "one of: on, off"],
    ["replicas", "-1", "a whole number from 0 to 9"],
    ["replicas", "10", "a whole number from 0 to 9"],
    ["replicas", "", "a whole number from 0 to 9"],
    ["join", "tcp_ip", "one of: multicast, tcpIp, kubernetes"],
    ["multicastAddress", "", "an IPv4 address from 224.0.0.0 to 239.255.255.255"],
    ["multicastAddress", "223.255.255.255", "an IPv4 address from 224.0.0.0 to 239.255.255.255"],
    ["multicastAddress", "240.0.0.0", "an IPv4 address from 224.0.0.0 to 239.255.255.255"],
    ["multicastTtl", "", "a whole number from 0 to 255"],
    ["multicastTtl", "256", "a whole number from 0 to 255"],
    ["multicastTtl", "01", "a whole number from 0 to 255"],
    ["interface", "net2", "one of: eth0, net1"],
    ["spread", "zone", "one of: node, none, together"],
    ["livenessProbe", "tcp", "one of: off, status"],
    ["safetyInterval", "0", "a whole number of seconds from 1 to 60"],
    ["clusterName", "a b", "1 to 64 letters, digits, dots, dashes and underscores"],
    ["confluenceImage", "", "the name of an image"],
    ["license", "", "must not be empty"],
    ["forwardPolicy", "DROP", "one of: accept, drop"],
    ["nodeCleanup", "no", "one of: on, off"],
    ["recreatePods", "no", "one of: on, off"],
    ["machineId", "cloned", "one of: own, shared"],
    ["forwardRules", "off", "one of: flannel, none, by-hand"],
  ])("%s=%j is refused by name, value and rule", (key, value, rule) => {
    const message = refusal({ [key]: value });
    expect(message).toContain(`${key} is ${JSON.stringify(value)}: `);
    expect(message).toContain(rule);
    expect(message).toContain(`pulumi config set ${key} VALUE`);
  });

  test("an unknown key is refused with the known ones", () => {
    expect(refusal({ cnii: "flannel" })).toMatch(/^config key cnii: is not known; the keys are: cni, nodes, /);
  });

  test("all problems come together", () => {
    expect(refusal({ cni: "x", nodes: "99", colour: "red" }).split("\n")).toHaveLength(3);
  });

  test("networks that share addresses are refused, both named", () => {
    expect(refusal({ podCidr: "10.96.0.0/16" })).toContain(
      'serviceCidr is "10.96.0.0/12": must not overlap with podCidr (10.96.0.0/16)',
    );
  });
});

describe("the secondary networks", () => {
  test("are a list", () => {
    expect(parseLabConfig({ networks: "" }).networks).toEqual([]);
    expect(parseLabConfig({ networks: "macvlan-conf-2, macvlan-conf" }).networks).toEqual([
      "macvlan-conf-2",
      "macvlan-conf",
    ]);
  });

  test.each([
    [{ lanCidr: "192.168.0.0/24", networks: "macvlan-conf-2" }, "lanCidr", "macvlan-conf-2 (192.168.0.0/24)"],
    [{ lanCidr: "10.10.20.0/24", networks: "macvlan-conf" }, "lanCidr", "macvlan-conf (10.10.20.0/24)"],
    [{ podCidr: "10.10.0.0/16", networks: "macvlan-conf" }, "podCidr", "macvlan-conf (10.10.20.0/24)"],
    [{ serviceCidr: "10.10.20.0/24", networks: "macvlan-conf" }, "serviceCidr", "macvlan-conf (10.10.20.0/24)"],
    [{ weaveRange: "192.160.0.0/12", networks: "macvlan-conf-2" }, "weaveRange", "macvlan-conf-2 (192.168.0.0/24)"],
    [
      { flannelEtcdRange: "192.160.0.0/12", networks: "macvlan-conf-2" },
      "flannelEtcdRange",
      "macvlan-conf-2 (192.168.0.0/24)",
    ],
  ])("%j is refused", (values, key, network) => {
    const value = (values as Record<string, string>)[key];
    expect(refusal(values)).toBe(
      `${key} is "${value}": must not overlap with the network ${network}; choose two networks that share no address`,
    );
  });

  /** Whatever key holds a network: a new one is among them by itself. */
  const networkKeys = Object.entries(parseLabConfig({ lanCidr: "172.28.1.0/24" }))
    .filter(([, value]) => typeof value === "string" && parseCidr(value) !== undefined)
    .map(([key]) => key);

  test("are told by five keys", () => expect(networkKeys).toHaveLength(5));

  test.each(networkKeys)("%s keeps clear of the NAT of a Vagrant box, where nodes have one", (key) => {
    const values = { [key]: key === "flannelEtcdRange" ? "10.0.0.0/12" : "10.0.0.0/22", nodeNetwork: "vagrant" };
    const lan = key === "lanCidr" ? { ...values, lanCidr: "10.0.2.0/24" } : values;
    expect(refusal(lan)).toMatch(
      new RegExp(`^${key} is "[^"]+": must not overlap with the NAT of the nodes' eth0 \\(10.0.2.0/24\\); `),
    );
    expect(() => parseLabConfig({ ...lan, nodeNetwork: "lan" })).not.toThrow();
  });

  test("addresses of a network that is not there are free", () => {
    const values = { lanCidr: "192.168.0.0/24", networks: "macvlan-conf" };
    expect(parseLabConfig(values).lanCidr).toBe("192.168.0.0/24");
  });

  test("eth2 takes a second LAN", () => {
    expect(refusal({ macvlanMaster: "eth2" })).toBe(
      'macvlanMaster is "eth2": is the nodes\' interface on the second LAN, and secondLan is off; set it with: pulumi config set secondLan on',
    );
    expect(parseLabConfig({ macvlanMaster: "eth2", secondLan: "on" }).macvlanMaster).toBe("eth2");
  });
});

describe("Confluence", () => {
  test("is on net1 only where the network of that is", () => {
    expect(refusal({ interface: "net1", networks: "macvlan-conf" })).toBe(
      'interface is "net1": is on the network macvlan-conf-2, and networks does not name it; set it with: pulumi config set networks macvlan-conf,macvlan-conf-2',
    );
    expect(refusal({ interface: "net1" })).toContain("pulumi config set networks macvlan-conf-2");
    expect(parseLabConfig({ interface: "net1", networks: "macvlan-conf-2" }).interface).toBe("net1");
  });

  test("has a node for each replica where each is to have one", () => {
    const values = { confluence: "on", replicas: "3", nodes: "2" };
    expect(refusal(values)).toBe(
      'replicas is "3": must not exceed the number of nodes (2) with spread node; set fewer replicas, more nodes, or another spread',
    );
    expect(parseLabConfig({ ...values, spread: "none" }).replicas).toBe(3);
    expect(parseLabConfig({ ...values, confluence: "off" }).replicas).toBe(3);
  });

  test.each([
    "atlassian/confluence:10.2.7",
    "docker.io/atlassian/confluence",
    "registry.example/atlassian/confluence-server@sha256:00",
  ])("%s takes a licence", (confluenceImage) => {
    const values = { confluence: "on", confluenceImage };
    expect(refusal(values)).toBe(
      `license: is not set, and ${confluenceImage} does not start a cluster without a licence; set it with: pulumi config set --secret license`,
    );
    expect(parseLabConfig({ ...values, license: "key" }).license).toBe("key");
  });

  test("as a stand-in takes none, and has nothing against one", () => {
    expect(parseLabConfig({ confluence: "on" }).license).toBeUndefined();
    expect(parseLabConfig({ confluence: "on", license: "key" }).license).toBe("key");
  });
});

test("Pulumi.yaml declares every key that has a default, with the same words and value", () => {
  const project = parse(readFileSync(path.resolve(__dirname, "../../Pulumi.yaml"), "utf8"));
  const declared = Object.entries(project.config as Record<string, { description: string; default: unknown }>);
  const defaults = parseLabConfig({});
  expect(Object.fromEntries(declared.map(([key, entry]) => [key, entry.default]))).toEqual(defaults);
  for (const [key, entry] of declared) {
    expect(entry.description).toBe(labConfig.shape[key as keyof typeof labConfig.shape].description);
  }
});
