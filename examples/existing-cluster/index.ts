import { readFileSync } from "node:fs";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Arrival, CniDhcp, Flannel, flannelResidue, MacvlanNetwork, Multus, NodeCleanup, SshShell } from "cni-lab";

const config = new pulumi.Config();
const network = config.require("podNetwork");
const privateKey = config.requireSecret("privateKey");
const kubeconfig = pulumi.secret(readFileSync(config.require("kubeconfig"), "utf8"));
const provider = new k8s.Provider("cluster", { kubeconfig });

const nodes = config
  .requireObject<{ name: string; address: string; hostKey: string }[]>("nodes")
  .map(({ name, address, hostKey }) => ({
    name,
    address,
    shell: new SshShell({ host: address, user: "root", privateKey, hostKey }),
  }));
const access = { nodes, kubeconfig };

// The clean-up runs when it leaves the program. Flannel depends on it: Pulumi deletes dependents first.
const cleanup = new NodeCleanup("clean", { ...access, residue: flannelResidue(network) });
const flannel = new Flannel("flannel", { network }, { provider, dependsOn: [...cleanup.commands] });
const arrival = new Arrival(
  "arrival",
  { ...access, conflist: "10-flannel.conflist" },
  { dependsOn: flannel.daemonSet },
);

const multus = new Multus("multus", { nodes }, { provider, dependsOn: [...arrival.commands] });
// The dhcp plugin is on every node of kubeadm's. Its daemon is not: without it pods hang in ContainerCreating. Any image
// does, as only the node's programs run.
const dhcp = new CniDhcp("dhcp", { image: "registry.k8s.io/pause:3.10", plugin: { from: "node" } }, { provider });
const lan = new MacvlanNetwork(
  "lan",
  { namespace: "default", network: "lan", master: "eth1", ipam: { type: "dhcp" } },
  { provider, dependsOn: [multus.definitions, dhcp.daemonSet] },
);

export const secondaryNetwork = lan.definition.metadata.name;
