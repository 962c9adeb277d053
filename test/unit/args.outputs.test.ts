import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import * as components from "../../components";
import { type Registered, record } from "./mocks";

const shell = new components.ContainerShell(components.podman, "n1");
const nodes = [
  { name: "n1", shell, address: "172.28.7.11" },
  { name: "n2", shell },
];
const access = { nodes, kubeconfig: "{}" };
const lan = {
  engine: components.podman,
  network: "lan",
  link: "eth1",
  cidr: pulumi.output("172.28.7.0/24"),
  id: pulumi.output("id"),
};
const etcd = {
  url: pulumi.output("http://e"),
  shell,
  machine: new pulumi.DependencyResource("urn"),
  id: pulumi.output("e"),
};
const ipam = {
  type: "host-local",
  subnet: "10.10.20.0/24",
  rangeStart: "10.10.20.10",
  rangeEnd: "10.10.20.20",
  gateway: "10.10.20.1",
  routes: [{ dst: "10.99.0.0/16", gw: "10.10.20.2", table: 7 }],
};
const network = { namespace: "default", network: "lan", master: "eth1", cniVersion: "1.0.0" };

/** A component with all its arguments, and those that must be plain. */
interface Case {
  readonly args: () => object;
  readonly plain: readonly string[];
  /** Resources and shells, which are not looked into, and secrets, which are Outputs anyway. */
  readonly made?: readonly string[];
}

const image = "registry/image:1";
const nodeNames = ["nodes[0].name", "nodes[1].name"];

const cases: Readonly<Record<string, Case>> = {
  Cluster: {
    args: () => ({
      ...{ stack: "s", engine: components.podman, nodes: 2, nodeImage: image, lanCidr: "172.28.7.0/24" },
      ...{ podCidr: "10.1.0.0/16", serviceCidr: "10.2.0.0/16", secondLan: true, nodeNetwork: "vagrant" },
    }),
    plain: ["stack", "nodes", "secondLan", "nodeNetwork"],
    made: ["engine"],
  },
  Flannel: {
    args: () => ({
      ...{
        network: "10.1.0.0/16",
        backend: { type: "vxlan", vni: 2, port: 8473 },
        iface: { by: "name", name: "eth1" },
      },
      ...{ forwardRules: false, image, cniPluginImage: image, annotations: { a: "b" } },
    }),
    plain: ["backend.type", "iface.by"],
  },
  Weave: {
    args: () => ({
      ...{ range: "10.1.0.0/16", mtu: 1376, password: "x", sleeve: "always", connectionLimit: 30, names: "own" },
      ...{ readiness: "answers", image, annotations: { a: "b" } },
    }),
    plain: [],
  },
  FlannelEtcd: {
    args: () => ({
      ...{ ...access, etcd, network: "80.0.0.0/8", subnetLength: 16, iface: { by: "regex", regex: "eth.*" } },
      ...{ forwardRules: false, image },
    }),
    plain: ["iface.by", ...nodeNames],
    made: ["etcd"],
  },
  Etcd: { args: () => ({ stack: "s", image, lan, address: "172.28.7.3" }), plain: ["stack"], made: ["lan"] },
  FlannelAddresses: { args: () => ({ nodes: [nodes[0]], annotation: "node-public-ip" }), plain: ["nodes[0].name"] },
  Cni: {
    args: () => ({
      ...{ type: "flannel", access, nodeCleanup: true, recreatePods: false, left: [], network: "10.1.0.0/16", image },
      ...{ backend: { type: "host-gw" }, iface: { by: "can-reach", address: "172.28.7.1" }, forwardRules: true },
      ...{ cniPluginImage: image, annotations: { a: "b" } },
    }),
    plain: ["type", "nodeCleanup", "backend.type", "iface.by", ...nodeNames.map((name) => `access.${name}`)],
  },
  Arrival: {
    args: () => ({ ...access, conflist: "10-x.conflist", recreatePods: false, podSeconds: 5, nodeSeconds: 6 }),
    plain: nodeNames,
  },
  Handover: { args: () => ({ ...access, cni: "flannel", podSeconds: 5, successorSeconds: 6 }), plain: nodeNames },
  NodeCleanup: {
    args: () => ({ ...access, residue: components.flannelResidue("10.1.0.0/16"), arrives: false }),
    plain: nodeNames,
    made: ["residue"],
  },
  Forwarding: { args: () => ({ nodes, policy: "drop", rules: "none" }), plain: nodeNames },
  NodeAccount: { args: () => ({ namespace: "kube-system", server: "https://192.0.2.1:6443" }), plain: [] },
  NodeIds: { args: () => ({ nodes, ids: "shared" }), plain: nodeNames },
  Multus: {
    args: () => ({
      ...{ type: "thick", masterConflist: "10-x.conflist", image, resources: { limits: { memory: "1Gi" } } },
      ...{ skipAwait: true, nodes, confFolder: "/k3s/net.d", binFolder: "/k3s/bin", definitions: "made" },
    }),
    plain: ["type", "definitions", ...nodeNames],
  },
  MacvlanNetwork: {
    args: () => ({
      ...{
        ...network,
        mode: "private",
        mtu: 1400,
        ipam,
        dns: { nameservers: ["10.0.0.1"], domain: "d", search: ["s"] },
      },
      ...{ capabilities: { ips: true, mac: true }, nodes, beside: [] },
      clusterNetworks: { services: "10.96.0.0/12", pods: "10.1.0.0/16", nodes: "172.28.7.0/24" },
      chain: [
        ...[{ type: "tuning", sysctl: { "net.core.somaxconn": "512" }, mac: "02:00:0a:0a:14:01", mtu: 1400 }],
        ...[
          { type: "sbr", table: 7 },
          { type: "vrf", vrfname: "blue", table: 9 },
        ],
      ],
    }),
    plain: ["ipam.type", "chain[0].type", "chain[1].type", "chain[2].type", ...nodeNames],
  },
  ExistingNetwork: { args: () => ({ network: "lan", namespace: "default" }), plain: [] },
  CniDhcp: {
    args: () => ({
      ...{ timeoutSeconds: 5, resendMaxSeconds: 6, resendTimeoutSeconds: 7, image },
      plugin: { from: "node", path: "/k3s/bin/dhcp" },
    }),
    plain: ["plugin.from"],
  },
  DhcpServer: {
    args: () => ({
      ...{ stack: "s", image, lan, address: "192.168.0.1/24", leaseSeconds: 600, router: "none", fault: "slow" },
      range: { first: "192.168.0.10", last: "192.168.0.20" },
      routes: { list: [{ dst: "10.9.0.0/16", gw: "192.168.0.2" }], forced: true },
    }),
    plain: ["stack"],
    made: ["lan"],
  },
  Multihomed: {
    args: () => {
      const lans = new components.MacvlanNetwork("lan", { ...network, ipam: { type: "static" } });
      return {
        static: [{ node: "n1", network: lans, address: "10.10.20.5/24", skipAwait: true }],
        leased: { network: lans, daemon: true, daemonImage: image, skipAwait: true },
        image,
      };
    },
    plain: ["static[0].node", "leased.daemon"],
    made: ["static[0].network", "leased.network"],
  },
  Confluence: {
    args: () => ({
      ...{ namespace: "c", replicas: 2, clusterName: "c", join: { type: "multicast", address: "230.0.0.1", ttl: 1 } },
      ...{ interface: "eth0", license: "l", heap: { minMiB: 24, maxMiB: 64 }, standIn: { safetyIntervalSeconds: 5 } },
      ...{ database: { url: "jdbc:x", user: "u", password: "p" }, skipAwait: true, image, spread: "node" },
      ...{ livenessProbe: "status", probeDelaySeconds: { readiness: 1, liveness: 2 } },
      ...{ resources: { limits: { memory: "1Gi" } }, sharedHome: { emptyDir: {} }, localHome: { accessModes: ["x"] } },
      ...{ imagePullSecrets: ["s"], tolerations: [{ key: "k" }], nodeSelector: { disk: "ssd" } },
      ...{ env: [{ name: "A", value: "b" }], ingress: { host: "h", className: "c", tlsSecret: "t", https: true } },
    }),
    plain: ["join.type"],
  },
  Postgres: {
    args: () => ({
      ...{ namespace: "c", node: nodes[0], folder: "/var/local/a/b", image, database: "d", user: "u", password: "p" },
      ...{ maxConnections: 30, resources: { limits: { memory: "1Gi" } }, skipAwait: true },
      ...{ imagePullSecrets: ["s"], tolerations: [{ key: "k" }] },
    }),
    plain: ["node.name"],
  },
  Probe: { args: () => ({ image, skipAwait: true }), plain: [] },
};

type Component = new (name: string, args: object) => pulumi.ComponentResource;
const classOf = (name: string) => Reflect.get(components, name) as Component;
const stdout = {
  "-kubeconfig": JSON.stringify({ clusters: [{ name: "cni-lab", cluster: {} }] }),
  "-invitation": "kubeadm join control-plane:6443 --token a.b --discovery-token-ca-cert-hash sha256:00",
};

/** What a program registers, in the order of the names. */
async function registered(name: string, args: () => object, preview = false): Promise<Registered[]> {
  const resources = await record(() => new (classOf(name))("it", args()), stdout, preview);
  // A component shows its arguments: what of them is known only later is not among them.
  const seen = resources.map((each) => (each.type.startsWith("cni-lab:") ? { ...each, inputs: {} } : each));
  return seen.sort((a, b) => (a.name + a.type < b.name + b.type ? -1 : 1));
}

/** A leaf of the arguments: the way to it, and its name as a person writes it. */
interface Leaf {
  readonly way: readonly string[];
  readonly name: string;
}

function leaves(value: unknown, made: readonly string[], at: Leaf = { way: [], name: "" }): Leaf[] {
  const { way, name } = at;
  if (made.includes(name) || value instanceof components.ContainerShell || pulumi.Output.isInstance(value)) return [];
  if (typeof value !== "object" || value === null) return [at];
  return Object.entries(value).flatMap(([key, inner]) => {
    const step = Array.isArray(value) ? `[${key}]` : name === "" ? key : `.${key}`;
    return leaves(inner, made, { way: [...way, key], name: name + step });
  });
}

/** The same arguments with another value at one place. */
function withAt(value: unknown, way: readonly string[], replace: (old: unknown) => unknown): unknown {
  const [key, ...rest] = way;
  if (key === undefined) return replace(value);
  const inner = withAt(Reflect.get(Object(value), key), rest, replace);
  if (Array.isArray(value)) return value.map((item, i) => (String(i) === key ? inner : item));
  return { ...Object(value), [key]: inner };
}

test("every component is among them", () => {
  const all = Object.entries(components)
    .filter(([, each]) => typeof each === "function" && each.prototype instanceof pulumi.ComponentResource)
    .map(([name]) => name);
  expect(Object.keys(cases).sort()).toEqual(all.sort());
});

describe.each(Object.entries(cases))("each argument of %s", (name, { args, plain, made = [] }) => {
  const all = async () => {
    let found: Leaf[] = [];
    await record(() => {
      found = leaves(args(), made);
    });
    return found;
  };

  test("may be an Output, with the same result, or is refused by its name", async () => {
    const wanted = await registered(name, args);
    const refused: string[] = [];
    for (const leaf of await all()) {
      const later = () => withAt(args(), leaf.way, (old) => pulumi.output(old)) as object;
      try {
        expect(await registered(name, later), leaf.name).toEqual(wanted);
      } catch (error) {
        if (!String(error).includes(`${leaf.name}: must be a plain value, and is an Output`)) throw error;
        refused.push(leaf.name);
      }
    }
    expect(refused.sort()).toEqual([...plain].sort());
  });

  test("may be unknown in a preview, with the same resources", async () => {
    const names = (resources: readonly Registered[]) => resources.map((each) => `${each.type} ${each.name}`);
    const wanted = names(await registered(name, args, true));
    for (const leaf of (await all()).filter(({ name: leaf }) => !plain.includes(leaf))) {
      const unknown = () => withAt(args(), leaf.way, () => pulumi.output(pulumi.unknown)) as object;
      expect(names(await registered(name, unknown, true)), leaf.name).toEqual(wanted);
    }
  });

  test("of the wrong shape is refused by its name", async () => {
    for (const leaf of await all()) {
      if (
        /annotations|sysctl|resources|Home|tolerations|nodeSelector|password|license|kubeconfig|database|address$/.test(
          leaf.name,
        )
      )
        continue;
      const wrong = () => withAt(args(), leaf.way, () => [{}]) as object;
      await expect(registered(name, wrong), leaf.name).rejects.toThrow(leaf.name);
    }
    await expect(registered(name, () => "x" as unknown as object)).rejects.toThrow(
      "must be an object, and is a string",
    );
  });
});
