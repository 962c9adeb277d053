// A program of somebody else, for the compiler: every component of the package, with arguments as people write them.
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  Arrival,
  Cluster,
  Cni,
  CniDhcp,
  Confluence,
  ContainerShell,
  DhcpServer,
  Etcd,
  Flannel,
  FlannelAddresses,
  type FlannelArgs,
  FlannelEtcd,
  Forwarding,
  flannelResidue,
  Handover,
  MacvlanNetwork,
  Multihomed,
  Multus,
  NodeCleanup,
  type NodeCommand,
  type NodeCommandArgs,
  NodeIds,
  type NodeShell,
  Postgres,
  Probe,
  podman,
  quote,
  SshShell,
  scriptArgv,
  Weave,
} from "cni-lab";

const config = new pulumi.Config();
const text = config.requireSecret("text");
const number = pulumi.output(1);
const provider = new k8s.Provider("cluster", { kubeconfig: text });

class OwnShell implements NodeShell {
  private readonly shell = new SshShell({ host: "192.0.2.11", user: "root", privateKey: text, hostKey: "any" });

  command(name: string, args: NodeCommandArgs, opts?: pulumi.CustomResourceOptions): NodeCommand {
    return this.shell.command(name, args, opts);
  }
}

const cluster = new Cluster("cluster", { stack: "demo", nodeImage: text, lanCidr: text, podCidr: text, nodes: 2 });
const nodes = [{ name: "n1", address: text, shell: new OwnShell() }, ...cluster.nodes];
const access = { ...cluster.access, nodes };
const [lan] = cluster.lans;
if (lan === undefined) throw new Error("a cluster has a LAN");

const args: FlannelArgs = { network: text, backend: { type: "vxlan", vni: number }, iface: { by: "name", name: text } };
const flannel = new Flannel("flannel", args, { provider });
new Weave("weave", { range: text, mtu: number, password: text, sleeve: "always" }, { provider });
new Cni("cni", { type: "weave", access, range: text }, { provider });
const etcd = new Etcd("etcd", { stack: "demo", image: text, lan, address: text });
new FlannelEtcd("flannel-etcd", { ...access, etcd, network: text, subnetLength: number });
new FlannelAddresses("addresses", { nodes: cluster.nodes, annotation: "node-public-ip" });
const cleanup = new NodeCleanup("clean", { ...access, residue: text.apply(flannelResidue) });
new Arrival("arrival", { ...access, conflist: text, podSeconds: number }, { dependsOn: [...cleanup.commands] });
new Handover("handover", { ...access, cni: text }, { dependsOn: flannel.daemonSet });
new Forwarding("forwarding", { nodes, policy: "drop" });
new NodeIds("ids", { nodes, ids: pulumi.output("own" as const) });
new Multus("multus", { type: "thin", masterConflist: text, image: text }, { provider });
const network = new MacvlanNetwork("lan", {
  namespace: text,
  network: text,
  master: text,
  ipam: { type: "host-local", subnet: text, routes: [{ dst: text }] },
  chain: [{ type: "sbr" }, { type: "tuning", mtu: number }],
});
new CniDhcp("dhcp", { image: text, timeoutSeconds: number });
new DhcpServer("server", { stack: "demo", image: text, lan, range: { first: text, last: text }, fault: "slow" });
new Multihomed("pods", { static: [{ node: "n1", network, address: text }], image: text });
const [node] = cluster.nodes;
if (node === undefined) throw new Error("a cluster has a node");
const postgres = new Postgres("postgres", { namespace: text, node, user: text });
new Confluence("confluence", {
  namespace: text,
  image: text,
  replicas: number,
  join: { type: "multicast", address: text, ttl: number },
  database: postgres,
  network: { network },
  heap: { minMiB: number, maxMiB: number },
});
new Probe("probe", { image: text, skipAwait: true });
new ContainerShell(podman, "n1").command("mark", { create: { text: "true" } });

// @ts-expect-error: a number is no network
new Flannel("wrong", { network: 1 });
// @ts-expect-error: what decides which resources there are is plain
new Cluster("wrong", { stack: "demo", nodeImage: text, lanCidr: text, nodes: number });
// @ts-expect-error: one CNI has no arguments of another
new Cni("wrong", { type: "flannel", range: "10.32.0.0/12" });

export const line = quote(scriptArgv({ text: "true" }));
