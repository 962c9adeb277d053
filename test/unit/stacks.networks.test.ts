import * as k8s from "@pulumi/kubernetes";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Cluster } from "../../components/cluster/cluster";
import { podman } from "../../components/cluster/engine/podman";
import { networkProblems } from "../../components/networks/network-problems";
import { buildNetworks } from "../../stacks/networks";
import { planNetworks } from "../../stacks/networks-plan";
import { parseLabConfig } from "../../stacks/schema";
import { only, type Registered, record } from "./mocks";

const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
afterEach(() => warned.mockClear());

const nodes = ["n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9"];
const plan = (values: Record<string, string>) => planNetworks(parseLabConfig(values), nodes);

describe("planNetworks", () => {
  test("none where none is asked for", () => {
    expect(plan({})).toEqual({ networks: [], static: [], leased: undefined });
  });

  test("the two networks of the lab, in their own order", () => {
    const { networks, leased } = plan({ networks: "macvlan-conf-2,macvlan-conf" });
    expect(networks).toEqual([
      {
        network: "macvlan-conf",
        master: "eth1",
        ipam: {
          type: "host-local",
          subnet: "10.10.20.0/24",
          rangeStart: "10.10.20.1",
          rangeEnd: "10.10.20.254",
          routes: [{ dst: "0.0.0.0/0" }],
        },
      },
      {
        network: "macvlan-conf-2",
        master: "eth1",
        ipam: { type: "dhcp", routes: [{ dst: "192.168.0.0/16", gw: "192.168.0.1" }] },
        dns: { nameservers: ["4.4.4.4", "8.8.8.8"] },
      },
    ]);
    expect(leased).toBe("macvlan-conf-2");
  });

  test("the master is a value", () => {
    const { networks } = plan({ networks: "macvlan-conf", macvlanMaster: "eth2", secondLan: "on" });
    expect(networks.map(({ master }) => master)).toEqual(["eth2"]);
  });

  test.each([
    ["named", ["macvlan-conf", "10.10.20.11/24"], ["macvlan-conf", "10.10.20.19/24"]],
    ["unnamed", ["macvlan-conf", undefined], ["macvlan-conf", undefined]],
    ["node-range", ["macvlan-conf-n1", undefined], ["macvlan-conf-n9", undefined]],
  ])("the first and the last pod with %s addresses", (macvlanAddresses, first, last) => {
    const pods = plan({ networks: "macvlan-conf", macvlanAddresses }).static;
    expect(pods.map(({ node }) => node)).toEqual(nodes);
    expect([pods[0], pods[8]].map((pod) => [pod?.network, pod?.address])).toEqual([first, last]);
  });

  test("a range for each node, none of them shared", () => {
    const { networks } = plan({ networks: "macvlan-conf", macvlanAddresses: "node-range" });
    const ranges = networks.map(({ ipam }) => (ipam.type === "host-local" ? [ipam.rangeStart, ipam.rangeEnd] : []));
    expect([ranges.length, ranges[0], ranges[8]]).toEqual([
      9,
      ["10.10.20.20", "10.10.20.39"],
      ["10.10.20.180", "10.10.20.199"],
    ]);
    expect(networkProblems(networks)).toEqual([]);
  });
});

describe.each([false, true])("buildNetworks, preview %s", (preview) => {
  const build = async (values: Record<string, string>) => {
    const settings = { ...parseLabConfig(values), stack: "s", lanCidr: "172.28.7.0/24", nodeImage: "node:1" };
    const stdout = {
      "-kubeconfig": JSON.stringify({ clusters: [{ name: "cni-lab", cluster: {} }] }),
      "-invitation": "kubeadm join control-plane:6443 --token a.b --discovery-token-ca-cert-hash sha256:00",
    };
    const resources = await record(
      () => {
        const cluster = new Cluster("cluster", { ...settings, engine: podman, secondLan: settings.secondLan === "on" });
        const namespace = new k8s.core.v1.Namespace("namespace", { metadata: { name: "cni-lab" } });
        buildNetworks(settings, cluster, [], namespace);
      },
      stdout,
      preview,
    );
    return resources.filter(({ name }) => !name.startsWith("cluster") && name !== "namespace");
  };
  const components = (resources: readonly Registered[]) =>
    resources
      .filter(({ type }) => type.startsWith("cni-lab:"))
      .map(({ name }) => name)
      .sort();
  const skipped = (resources: readonly Registered[]) =>
    resources
      .filter(({ inputs }) => inputs.metadata?.annotations?.["pulumi.com/skipAwait"] === "true")
      .map(({ name }) => name)
      .sort();

  test.each<[Record<string, string>, string[]]>([
    [{}, []],
    [{ networks: "macvlan-conf" }, ["multus", "macvlan-conf", "multihomed"]],
    [{ networks: "macvlan-conf-2" }, ["multus", "macvlan-conf-2", "dhcp-server", "cni-dhcp", "multihomed"]],
    [{ networks: "macvlan-conf-2", dhcpDaemon: "off" }, ["multus", "macvlan-conf-2", "dhcp-server", "multihomed"]],
    [
      { networks: "macvlan-conf,macvlan-conf-2" },
      ["multus", "macvlan-conf", "macvlan-conf-2", "dhcp-server", "cni-dhcp", "multihomed"],
    ],
    [
      { networks: "macvlan-conf", macvlanAddresses: "node-range", nodes: "2" },
      ["multus", "macvlan-conf-n1", "macvlan-conf-n2", "multihomed"],
    ],
  ])("%j", async (values, names) => {
    expect(components(await build(values))).toEqual(names.sort());
  });

  test.each<[Record<string, string>, string[]]>([
    [{}, []],
    [{ cni: "none" }, ["multihomed-leased", "multihomed-static-n1", "multus-daemonset"]],
    [{ dhcpDaemon: "off" }, ["multihomed-leased"]],
    [{ dhcpFault: "silent" }, ["multihomed-leased"]],
    [{ macvlanMaster: "eth7" }, ["multihomed-leased", "multihomed-static-n1"]],
  ])("with %j the wait is left out for %j", async (values, names) => {
    const networks = "macvlan-conf,macvlan-conf-2";
    expect(skipped(await build({ networks, nodes: "1", ...values }))).toEqual(names);
  });

  test("Multus delegates to the conflist in force, and the images are those of the settings", async () => {
    const resources = await build({ networks: "macvlan-conf-2", multus: "thin", dhcpRelease: "off" });
    const container = (name: string) => only(resources, name).inputs.spec.template.spec.containers[0];
    const multus = container("multus-daemonset");
    expect(multus.image).toBe("ghcr.io/k8snetworkplumbingwg/multus-cni:v4.2.4");
    expect(multus.command).toContain("--multus-master-cni-file-name=05-cni-lab.conflist");
    expect(container("cni-dhcp-daemonset").image).toBe("localhost/cni-lab/cni-dhcp:v1.9.1");
  });

  test("the server is on the master's LAN, and gives out what is set", async () => {
    const values = { networks: "macvlan-conf-2", macvlanMaster: "eth2", secondLan: "on", dhcpLease: "600" };
    const resources = await build({ ...values, dhcpRange: "192.168.0.50-192.168.0.59", dhcpFault: "silent" });
    const { create } = only(resources, "dhcp-server-container").inputs;
    expect(create).toContain("--network cni-lab-s-2:interface_name=eth1 ");
    const { stdin } = only(resources, "dhcp-server-configuration").inputs;
    expect(stdin).toContain("dhcp-range=192.168.0.50,192.168.0.59,255.255.255.0,600\n");
    expect(stdin).toContain("dhcp-ignore=");
  });

  test.each([
    [{ cni: "flannel", serviceCidr: "10.112.0.0/12" }, "the Services (10.112.0.0/12), the nodes (172.28.7.0/24) by"],
    [{ cni: "weave" }, "the Services (10.96.0.0/12), the nodes (172.28.7.0/24) by"],
  ])("with %j the default route of a network is warned of, by the networks in force", async (values, said) => {
    await build({ networks: "macvlan-conf", ...values });
    expect(warned.mock.calls.map(([line]) => line)).toEqual([expect.stringContaining(said)]);
  });

  test("a master that the nodes are not made with is named", async () => {
    await build({ networks: "macvlan-conf", macvlanMaster: "eth7" });
    expect(warned.mock.calls.map(([line]) => line).sort()).toEqual([
      expect.stringContaining("macvlanMaster is eth7, and the nodes are made with eth1"),
      expect.stringContaining("by its routes to 0.0.0.0/0 a pod sends"),
    ]);
  });
});

test("what the pods need is there before them, and is known to be: deletion goes by it", async () => {
  const registered = vi.spyOn(MockMonitor.prototype, "registerResource");
  const settings = {
    ...parseLabConfig({ networks: "macvlan-conf-2", nodes: "1" }),
    ...{ stack: "s", lanCidr: "172.28.7.0/24", nodeImage: "node:1" },
  };
  await record(
    () => {
      const { stack, lanCidr, nodeImage } = settings;
      const cluster = new Cluster("cluster", { stack, lanCidr, nodeImage, nodes: 1 });
      const namespace = new k8s.core.v1.Namespace("namespace", { metadata: { name: "cni-lab" } });
      buildNetworks(settings, cluster, [namespace], namespace);
    },
    { "-kubeconfig": JSON.stringify({ clusters: [{ name: "cni-lab", cluster: {} }] }) },
  );
  const needs = (name: string) =>
    registered.mock.calls
      .filter(([request]) => request.getName() === name)
      .flatMap(([request]) => request.getDependenciesList() as string[])
      .map((urn) => urn.split("::").at(-1))
      .sort();
  expect(needs("multihomed-leased")).toEqual([
    "cni-dhcp-daemonset",
    "dhcp-server-configuration",
    "macvlan-conf-2-definition",
    "multus-daemonset",
    "namespace",
  ]);
  expect(needs("macvlan-conf-2-definition")).toEqual(["multus-definitions", "namespace"]);
});
