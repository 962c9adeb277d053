import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { buildOnExisting } from "../../stacks/existing";
import { parseLabConfig } from "../../stacks/schema";
import { namesOf, only, record } from "./mocks";

const found = {
  cni: "flannel",
  network: "10.99.0.0/16",
  daemonSet: { namespace: "net", name: "agent" },
  conflist: "10-flannel.conflist",
  networkName: "cbr0",
  objects: [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "net" } },
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name: "agent", namespace: "net", labels: { a: "b" } },
      spec: {},
    },
  ],
};
const ssh = (n: number) => ({ host: `192.0.2.1${n}`, user: "admin", sudo: true, hostKey: "ssh-ed25519 AAAA" });
const machines = [1, 2].map((n) => ({ name: `m${n}`, address: `192.0.2.1${n}`, ssh: ssh(n) }));
const existing = {
  cluster: "existing",
  kubeconfig: "/home/me/kubeconfig",
  machines: JSON.stringify(machines),
  found: JSON.stringify(found),
};

function registered(values: Record<string, string>) {
  const settings = {
    ...parseLabConfig({ ...existing, ...values }),
    stack: "shop",
    lanCidr: "172.28.7.0/24",
    nodeImage: "",
  };
  return record(() => buildOnExisting(settings));
}

test("of a CNI that was found no object is registered: it is only looked whether it is there", async () => {
  const resources = await registered({});
  const objects = resources.filter(({ type }) => type.startsWith("kubernetes:") && !type.startsWith("kubernetes:core"));
  expect(objects.map(({ name }) => name).sort()).toEqual([
    "account-binding",
    "account-role",
    "account-turns-binding",
    "account-turns-role",
  ]);
  expect(only(resources, "cni-desired").inputs.data).toEqual({
    cni: "flannel",
    found:
      '[{"namespace":"net","name":"agent","cni":"flannel","network":"10.99.0.0/16","conflist":"10-flannel.conflist"}]',
  });
  const { create, environment } = only(resources, "cni-flannel-found").inputs;
  expect(create).toBe('sh -euc "$RESTORE" sh net agent');
  const { OBJECTS, LEAVING } = environment.value ?? environment;
  expect(JSON.parse(OBJECTS).items).toEqual(found.objects);
  // As kubectl deletes them: the DaemonSet first, and nothing but which object it is.
  expect(JSON.parse(LEAVING).items).toEqual([
    { apiVersion: "apps/v1", kind: "DaemonSet", metadata: { name: "agent", namespace: "net" } },
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "net" } },
  ]);
});

test("another CNI is made, and its objects are listed for the time when it leaves", async () => {
  const resources = await registered({ cni: "weave" });
  expect(namesOf(resources, "kubernetes:apps/v1:DaemonSet")).toEqual(["cni-weave-daemonset"]);
  expect(resources.some(({ name }) => name === "cni-flannel-found")).toBe(false);
  const { create, environment } = only(resources, "cni-weave-objects").inputs;
  expect(create).toBe(":");
  const { LEAVING } = environment.value ?? environment;
  const kinds = JSON.parse(LEAVING).items.map(({ kind }: { kind: string }) => kind);
  expect(kinds[0]).toBe("DaemonSet");
  expect(kinds.slice(1).sort()).toEqual(["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "ServiceAccount"]);
});

test("scripts go by ssh and sudo, and the control plane is the last one that a swap moves", async () => {
  const resources = await registered({});
  const handovers = resources.filter(({ name }) => name.startsWith("cni-flannel-handover-")).map(({ name }) => name);
  expect(handovers).toEqual(["cni-flannel-handover-m1", "cni-flannel-handover-m2"]);
  const { create, environment } = only(resources, "cni-flannel-clean-m2").inputs;
  expect(create).toBe(`REMOTE="$CREATE"' m2' sh -euc "$SSH" sh admin@192.0.2.12`);
  const { CREATE, SSH, KNOWN_HOSTS } = environment.value ?? environment;
  expect(CREATE).toContain("exec sudo -n env PATH=");
  expect(SSH).toContain("create token --namespace kube-system cni-lab-node");
  expect(KNOWN_HOSTS).toBe("node ssh-ed25519 AAAA\n");
});

test.each<[string, Record<string, string>, RegExp]>([
  ["nothing but its kind", { kubeconfig: "", machines: "" }, /kubeconfig: must be set where cluster is existing/],
  ["no node", { machines: "[]" }, /^machines is "\[\]": must be a list of nodes/],
  ["nodes in no known form", { machines: "[{" }, /^machines is "\[\{": must be a list of nodes/],
  ["a machine without a key", { machines: '[{"name":"a","address":"b","ssh":{"host":"h"}}]' }, /0\.ssh\.hostKey: /],
  [
    "a node without ssh or image",
    { machines: '[{"name":"a","address":"b"}]' },
    /^shellImage: must be set: a can only be/,
  ],
  ["a CNI that is not known", { found: '{"cni":"calico"}' }, /^found is .*cni: must be one of: flannel, weave/],
])("%s is refused", (_, values, message) => {
  const set = Object.entries({ ...existing, ...values }).filter(([, value]) => value !== "");
  expect(() => parseLabConfig(Object.fromEntries(set))).toThrow(message);
});

/** What stands in the stack's file of a cluster whose CNI is not the lab's to touch. */
const other = { found: "", cni: "none", otherCni: "Calico" };

test("nothing is registered for a cluster with a CNI that the lab does not swap", async () => {
  const { found: _, ...values } = existing;
  const settings = parseLabConfig({ ...values, cni: "none", otherCni: "Calico" });
  const build = () => buildOnExisting({ ...settings, stack: "shop", lanCidr: "172.28.7.0/24", nodeImage: "" });
  expect(await record(build)).toEqual([]);
});

test.each<[string, Record<string, string>, RegExp]>([
  [
    "a CNI",
    { cni: "weave" },
    /^cni is "weave": must be none where the cluster has Calico, which the lab does not swap/,
  ],
  ["networks", { networks: "macvlan-conf-2" }, /networks is "macvlan-conf-2": must not be set where/],
  ["Confluence", { confluence: "on", license: "x", confluenceImage: "a" }, /confluence is "on": must be off where/],
  ["what was found", { found: JSON.stringify(found) }, /found: must not be set where/],
  ["a cluster of the lab's", { cluster: "lab" }, /otherCni: has no effect where cluster is lab/],
])("beside a CNI that the lab does not swap, %s is refused", (_, values, message) => {
  const set = Object.entries({ ...existing, ...other, ...values }).filter(([, value]) => value !== "");
  expect(() => parseLabConfig(Object.fromEntries(set))).toThrow(message);
});

const confluence = { confluence: "on", confluenceImage: "atlassian/confluence:9", license: "x" };

test("Confluence is there only where it is asked for", async () => {
  expect((await registered({})).filter(({ name }) => /confluence|postgres/.test(name))).toEqual([]);
});

test("Confluence comes with images that can be pulled, and its data are on a worker", async () => {
  const resources = await registered(confluence);
  const imageOf = (name: string) => only(resources, name).inputs.spec.template.spec.containers[0].image;
  expect(imageOf("confluence-statefulset")).toBe("atlassian/confluence:9");
  expect(imageOf("postgres-statefulset")).toBe("docker.io/library/postgres:15");
  expect(JSON.stringify(resources)).not.toContain("localhost/");
  const { nodeSelectorTerms } = only(resources, "postgres-volume").inputs.spec.nodeAffinity.required;
  expect(nodeSelectorTerms[0].matchExpressions[0].values).toEqual(["m2"]);
  expect(only(resources, "postgres-folder").inputs.create).toBe(
    `REMOTE="$CREATE"' /var/local/cni-lab/postgres' sh -euc "$SSH" sh admin@192.0.2.12`,
  );
  expect(namesOf(resources, "kubernetes:networking.k8s.io/v1:Ingress")).toEqual([]);
});

test("where there is one node, its control plane has the data", async () => {
  const resources = await registered({ ...confluence, machines: JSON.stringify(machines.slice(0, 1)), spread: "none" });
  const { nodeSelectorTerms } = only(resources, "postgres-volume").inputs.spec.nodeAffinity.required;
  expect(nodeSelectorTerms[0].matchExpressions[0].values).toEqual(["m1"]);
  expect(only(resources, "postgres-statefulset").inputs.spec.template.spec.tolerations).toEqual([
    { key: "node-role.kubernetes.io/control-plane", operator: "Exists" },
  ]);
});

test("Confluence on a network of somebody's, behind somebody's ingress controller", async () => {
  const resources = await registered({
    ...{ ...confluence, postgresImage: "registry/postgres:15", interface: "net1", confluenceNetwork: "net/vlan-20" },
    ...{ ingressHost: "wiki.example.com", ingressClass: "nginx", ingressTlsSecret: "wiki-tls" },
  });
  expect(only(resources, "confluence-network-definition").id).toBe("net/vlan-20");
  const { metadata } = only(resources, "confluence-statefulset").inputs.spec.template;
  expect(JSON.parse(metadata.annotations["k8s.v1.cni.cncf.io/networks"])).toEqual([
    { name: "vlan-20", namespace: "net", interface: "net1" },
  ]);
  expect(only(resources, "confluence-ingress").inputs.spec).toMatchObject({
    ingressClassName: "nginx",
    tls: [{ hosts: ["wiki.example.com"], secretName: "wiki-tls" }],
  });
  expect(only(resources, "postgres-statefulset").inputs.spec.template.spec.containers[0].image).toBe(
    "registry/postgres:15",
  );
});

test("keys of what the lab makes itself are refused, each by its name", () => {
  const set = { nodes: "2", macvlanAddresses: "node-range", dhcpFault: "slow", lanCidr: "172.28.7.0/24" };
  for (const key of Object.keys(set)) {
    expect(() => parseLabConfig({ ...existing, ...set })).toThrow(`${key}: has no effect where cluster is existing`);
  }
});

test.each<[string, Record<string, string>, string]>([
  ["the lab's image of Confluence", { confluence: "on" }, "confluenceImage: must be set where cluster is existing"],
  ["a network with the lab's addresses", { networks: "macvlan-conf" }, 'networks is "macvlan-conf": has addresses of'],
  ["more members than nodes", { ...confluence, replicas: "3" }, "must not exceed the number of nodes (2)"],
  ["an Ingress without a host", { ...confluence, ingressClass: "nginx" }, "ingressClass: has no effect without"],
  ["a host that is none", { ...confluence, ingressHost: "https://wiki" }, "must be a DNS name in lower case"],
  ["a network without a namespace", { ...confluence, confluenceNetwork: "lan" }, "must be NAMESPACE/NAME of"],
])("%s: refused", (_, values, message) => {
  expect(() => parseLabConfig({ ...existing, ...values })).toThrow(message);
});

test("keys of existing clusters are refused on one of the lab's", () => {
  for (const [key, value] of [
    ["multusDefinitions", "existing"],
    ["multusImage", "i"],
    ["dhcpImage", "i"],
  ] as const) {
    expect(() => parseLabConfig({ [key]: value })).toThrow(`${key}: has no effect where cluster is lab`);
  }
});

describe("networks", () => {
  // A LAN of somebody's, whose interface has a name that the lab's own has only with a second LAN.
  const lan = { networks: "macvlan-conf-2", macvlanMaster: "eth2", podCidr: "192.168.0.0/22" };
  const made = (resources: Awaited<ReturnType<typeof registered>>) =>
    resources.filter(({ type }) => type.startsWith("cni-lab:")).map(({ name }) => name);

  test("Multus, the node's own dhcp daemon, and a network; no server and no pods of the lab's", async () => {
    const resources = await registered(lan);
    expect(made(resources)).toEqual(expect.arrayContaining(["multus", "cni-dhcp", "macvlan-conf-2"]));
    expect(made(resources)).not.toEqual(expect.arrayContaining(["dhcp-server"]));
    expect(JSON.stringify(resources)).not.toContain("localhost/");
    const { metadata, spec } = only(resources, "macvlan-conf-2-definition").inputs;
    expect(metadata.namespace).toBe("default");
    expect(JSON.parse(spec.config)).toMatchObject({
      master: "eth2",
      ipam: { type: "dhcp", request: [{ skipDefault: true }, { option: "subnet-mask" }] },
    });
    const pod = only(resources, "cni-dhcp-daemonset").inputs.spec.template.spec;
    expect([pod.containers[0].image, pod.containers[0].command[2]]).toEqual([
      "registry.k8s.io/pause:3.10",
      "rm -f /run/cni/dhcp.sock; exec /opt/cni/bin/dhcp daemon",
    ]);
    expect(only(resources, "multus-definitions").id).toBeUndefined();
    expect(resources.map(({ name }) => name)).toEqual(expect.arrayContaining(["multus-clean-m1", "multus-clean-m2"]));
  });

  test("the cluster's own kind, and images of somebody's", async () => {
    const images = { multusImage: "registry/multus:1", dhcpImage: "registry/dhcp:1" };
    const resources = await registered({ ...lan, ...images, multusDefinitions: "existing" });
    expect(only(resources, "multus-definitions").id).toBe("network-attachment-definitions.k8s.cni.cncf.io");
    const container = (name: string) => only(resources, name).inputs.spec.template.spec.containers[0];
    expect(container("multus-daemonset").image).toBe("registry/multus:1");
    expect([container("cni-dhcp-daemonset").image, container("cni-dhcp-daemonset").command[2]]).toEqual([
      "registry/dhcp:1",
      "rm -f /run/cni/dhcp.sock; exec /usr/bin/dhcp daemon",
    ]);
  });

  test("members of Confluence are on it, as it is", async () => {
    const resources = await registered({ ...lan, ...confluence, interface: "net1" });
    const { annotations } = only(resources, "confluence-statefulset").inputs.spec.template.metadata;
    expect(JSON.parse(annotations["k8s.v1.cni.cncf.io/networks"])).toEqual([
      { name: "macvlan-conf-2", namespace: "default", interface: "net1" },
    ]);
    expect(namesOf(resources, "kubernetes:k8s.cni.cncf.io/v1:NetworkAttachmentDefinition")).toEqual([
      "macvlan-conf-2-definition",
    ]);
  });
});

test("the defaults of Pulumi.yaml, which Pulumi hands over as if they were set, are refused nowhere", () => {
  const { config } = parse(readFileSync("Pulumi.yaml", "utf8")) as { config: Record<string, { default: unknown }> };
  const defaults = Object.fromEntries(Object.entries(config).map(([key, { default: value }]) => [key, String(value)]));
  expect(Object.keys(defaults)).toEqual(expect.arrayContaining(["nodes", "multusDefinitions"]));
  expect(() => parseLabConfig(defaults)).not.toThrow();
  expect(() => parseLabConfig({ ...defaults, ...existing })).not.toThrow();
});
