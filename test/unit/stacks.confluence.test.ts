import * as k8s from "@pulumi/kubernetes";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Cluster } from "../../components/cluster/cluster";
import { podman } from "../../components/cluster/engine/podman";
import { buildConfluence } from "../../stacks/confluence";
import { buildNetworks } from "../../stacks/networks";
import { parseLabConfig } from "../../stacks/schema";
import { only, record } from "./mocks";

const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
afterEach(() => warned.mockClear());

const built = (values: Record<string, string>, preview = false) => {
  const settings = { ...parseLabConfig(values), stack: "s", lanCidr: "172.28.7.0/24", nodeImage: "node:1" };
  const stdout = {
    "-kubeconfig": JSON.stringify({ clusters: [{ name: "cni-lab", cluster: {} }] }),
    "-invitation": "kubeadm join control-plane:6443 --token a.b --discovery-token-ca-cert-hash sha256:00",
  };
  return record(
    () => {
      const cluster = new Cluster("cluster", { ...settings, engine: podman, secondLan: settings.secondLan === "on" });
      const cni = new k8s.core.v1.Namespace("cni", { metadata: { name: "cni" } });
      const networks = buildNetworks(settings, cluster, [cni], cni);
      buildConfluence(settings, cluster, [cni], networks);
    },
    stdout,
    preview,
  );
};
const net1 = { confluence: "on", interface: "net1", networks: "macvlan-conf-2" };

describe.each([false, true])("buildConfluence, preview %s", (preview) => {
  const statefulSet = async (values: Record<string, string>) =>
    only(await built({ confluence: "on", ...values }, preview), "confluence-statefulset").inputs;
  const container = async (values: Record<string, string> = {}) =>
    (await statefulSet(values)).spec.template.spec.containers[0];
  const env = async (values: Record<string, string> = {}) =>
    Object.fromEntries((await container(values)).env.map(({ name, value }: Record<string, string>) => [name, value]));

  test("nothing where it is not asked for", async () => {
    const names = (await built({}, preview)).map(({ name }) => name);
    expect(names.filter((name) => /confluence|postgres/.test(name))).toEqual([]);
  });

  test("Confluence, its database and their namespace", async () => {
    const resources = await built({ confluence: "on" }, preview);
    const components = resources.filter(({ type }) => type.startsWith("cni-lab:")).map(({ name }) => name);
    expect(components.sort()).toEqual(["cluster", "confluence", "postgres"]);
    expect(only(resources, "confluence-namespace").inputs.metadata.name).toBe("confluence");
    for (const name of ["confluence-statefulset", "postgres-statefulset", "postgres-secret"]) {
      expect(only(resources, name).inputs.metadata.namespace).toBe("confluence");
    }
  });

  test("the data are on the node that every stack has", async () => {
    const resources = await built({ confluence: "on", nodes: "3" }, preview);
    expect(only(resources, "postgres-folder").inputs.create).toContain("cni-lab-s-n1");
    const { nodeSelectorTerms } = only(resources, "postgres-volume").inputs.spec.nodeAffinity.required;
    expect(nodeSelectorTerms[0].matchExpressions[0].values).toEqual(["n1"]);
  });

  test("what is set reaches the pods", async () => {
    const values = {
      replicas: "3",
      multicastAddress: "239.1.2.3",
      multicastTtl: "32",
      spread: "together",
      livenessProbe: "status",
      safetyInterval: "30",
      clusterName: "other",
      confluenceImage: "example/stand-in:2",
      license: "AAAB",
    };
    const { spec } = await statefulSet(values);
    expect(spec.replicas).toBe(3);
    expect(spec.template.spec.affinity.podAffinity).toBeDefined();
    const { image, livenessProbe, env: variables } = spec.template.spec.containers[0];
    expect([image, livenessProbe.initialDelaySeconds]).toEqual(["example/stand-in:2", 20]);
    expect(variables.map(({ name }: { name: string }) => name)).toContain("ATL_LICENSE_KEY");
    expect(await env(values)).toMatchObject({
      ATL_CLUSTER_TYPE: "multicast",
      ATL_CLUSTER_ADDRESS: "239.1.2.3",
      ATL_CLUSTER_TTL: "32",
      ATL_CLUSTER_NAME: "other",
      ATL_CLUSTER_INTERFACE: "eth0",
      SIM_SAFETY_INTERVAL_SECONDS: "30",
      ATL_JDBC_URL: "jdbc:postgresql://postgres.confluence.svc:5432/confluence",
    });
  });

  test.each([
    ["tcpIp", "tcp_ip"],
    ["kubernetes", "kubernetes"],
  ])("join %s", async (join, type) => {
    const told = await env({ join });
    expect([told.ATL_CLUSTER_TYPE, told.ATL_CLUSTER_ADDRESS]).toEqual([type, undefined]);
  });

  test("the stand-in is small; the vendor's image is what the vendor's chart has it, and starts in its own time", async () => {
    const small = await container({ livenessProbe: "status" });
    expect(small.resources).toEqual({ requests: { cpu: "100m", memory: "130Mi" }, limits: { memory: "224Mi" } });
    expect(small.readinessProbe.initialDelaySeconds).toBe(2);
    const real = { confluence: "on", confluenceImage: "atlassian/confluence:10.2.7", license: "AAAB" };
    const resources = await built({ ...real, livenessProbe: "status" }, preview);
    const [vendor] = only(resources, "confluence-statefulset").inputs.spec.template.spec.containers;
    expect(vendor.resources).toEqual({ requests: { cpu: "2", memory: "2G" } });
    expect([vendor.readinessProbe, vendor.livenessProbe].map((probe) => probe.initialDelaySeconds)).toEqual([10, 300]);
    expect(vendor.env.map(({ name }: { name: string }) => name)).not.toContain("SIM_SAFETY_INTERVAL_SECONDS");
    const [postgres] = only(resources, "postgres-statefulset").inputs.spec.template.spec.containers;
    expect(postgres.args).toContain("max_connections=250");
  });

  test("members may panic: nobody waits for them; the database is waited for where there is a network", async () => {
    const waits = async (cni: string) => {
      const resources = await built({ confluence: "on", cni }, preview);
      return ["confluence-statefulset", "postgres-statefulset"].map(
        (name) => only(resources, name).inputs.metadata.annotations,
      );
    };
    const existence = { "pulumi.com/waitFor": "jsonpath={.metadata.name}=confluence" };
    expect(await waits("flannel")).toEqual([existence, undefined]);
    expect(await waits("none")).toEqual([existence, { "pulumi.com/skipAwait": "true" }]);
  });

  test("on net1 the pods ask for the network with addresses by DHCP, and that asks for no default route", async () => {
    const resources = await built(net1, preview);
    const { annotations } = only(resources, "confluence-statefulset").inputs.spec.template.metadata;
    expect(JSON.parse(annotations["k8s.v1.cni.cncf.io/networks"])).toMatchObject([
      { name: "macvlan-conf-2", namespace: "confluence", interface: "net1" },
    ]);
    const { metadata, spec } = only(resources, "confluence-network-definition").inputs;
    expect([metadata.name, metadata.namespace]).toEqual(["macvlan-conf-2", "confluence"]);
    expect(JSON.parse(spec.config).ipam).toEqual({
      type: "dhcp",
      request: [{ skipDefault: true }, { option: "subnet-mask" }],
    });
    expect(annotations["cni-lab/config"]).toMatch(/ localhost\/cni-lab\/cni-dhcp:v1.9.1-release$/);
    expect((await env(net1)).ATL_CLUSTER_INTERFACE).toBe("net1");
    const eth0 = await statefulSet({ networks: "macvlan-conf-2" });
    expect(eth0.spec.template.metadata.annotations).toBeUndefined();
  });

  test("without the daemon of that network it says what will happen", async () => {
    await built({ ...net1, dhcpDaemon: "off" }, preview);
    expect(warned.mock.calls.map(([line]) => line)).toContainEqual(
      expect.stringContaining("its pods will hang in ContainerCreating"),
    );
  });
});

describe("what the pods need is there before them, and is known to be", () => {
  const needs = async (values: Record<string, string>, name: string) => {
    const registered = vi.spyOn(MockMonitor.prototype, "registerResource");
    await built(values);
    const found = registered.mock.calls
      .filter(([request]) => request.getName() === name)
      .flatMap(([request]) => request.getDependenciesList() as string[])
      .map((urn) => urn.split("::").at(-1))
      .sort();
    registered.mockRestore();
    return found;
  };

  test("the CNI and the database", async () => {
    expect(await needs({ confluence: "on" }, "confluence-statefulset")).toEqual([
      "cni",
      "confluence-account",
      "confluence-namespace",
      "confluence-secret",
      "postgres-statefulset",
    ]);
    expect(await needs({ confluence: "on" }, "confluence-namespace")).toEqual(["cni"]);
    expect(await needs({ confluence: "on" }, "postgres-statefulset")).toEqual([
      "cni",
      "confluence-namespace",
      "postgres-claim",
      "postgres-secret",
    ]);
  });

  test("the rights to ask the API", async () => {
    expect(await needs({ confluence: "on", join: "kubernetes" }, "confluence-statefulset")).toContain(
      "confluence-binding",
    );
  });

  test("with net1, Multus and all that gives addresses", async () => {
    expect(await needs(net1, "confluence-statefulset")).toEqual([
      "cni",
      "cni-dhcp-daemonset",
      "confluence-account",
      "confluence-namespace",
      "confluence-network-definition",
      "confluence-secret",
      "dhcp-server-configuration",
      "macvlan-conf-2-definition",
      "multus-daemonset",
      "postgres-statefulset",
    ]);
  });

  test("the volume goes before its folder, and the claim before the volume", async () => {
    expect(await needs({ confluence: "on" }, "postgres-volume")).toContain("postgres-folder");
    expect(await needs({ confluence: "on" }, "postgres-claim")).toContain("postgres-volume");
  });
});
