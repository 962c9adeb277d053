import * as pulumi from "@pulumi/pulumi";
import { Cluster } from "../components/cluster/cluster";
import { etcdOnLan } from "../components/cluster/lan";
import { Cni, type CniChoice } from "../components/cni/cni";
import { ifaceOf } from "../components/cni/flannel/iface";
import { Etcd } from "../components/cni/flannel-etcd/etcd";
import { flannelEtcdResidue, flannelResidue, weaveResidue } from "../components/cni/swap/residue";
import { Probe } from "../components/probe/probe";
import { images } from "../lib/versions";
import type { LabSettings } from "./config";
import { buildConfluence } from "./confluence";
import { canWire, flannelAddresses, nodeIds, spoilNodes } from "./faults";
import { inside } from "./inside";
import { buildNetworks } from "./networks";
import { podNetworkOf } from "./pod-network";

/** What a stack tells about itself: read by ./lab and by `pulumi stack output`. */
export interface LabOutputs {
  readonly kubeconfig: pulumi.Output<string>;
  readonly nodes: { name: string; container: string; address: string }[];
  readonly clusterId: pulumi.Output<string>;
  readonly engine: string;
  readonly cni: string;
  readonly lanCidr: string;
  /** The network of the pods, as the chosen CNI has it; absent with none. */
  readonly podCidr?: string;
  /** Absent without one. */
  readonly dhcpServer?: { container: string };
}

/** Builds a lab: the cluster, its CNI, and what runs on it, in this order. */
export function buildLab(settings: LabSettings): LabOutputs {
  const { stack, nodeImage, lanCidr, podCidr, serviceCidr } = settings;
  const podNetwork = podNetworkOf(settings);
  const cluster = new Cluster("cluster", {
    ...{ stack, nodes: settings.nodes, nodeImage, lanCidr, podCidr, serviceCidr },
    secondLan: settings.secondLan === "on",
    nodeNetwork: settings.nodeNetwork,
  });

  const access = { nodes: cluster.nodes, kubeconfig: cluster.kubeconfig };
  const cni = new Cni(
    "cni",
    { ...cniChoice(settings, cluster), ...leftOf(settings), access },
    inside(cluster, [...nodeIds(settings, cluster), ...flannelAddresses(settings, cluster)]),
  );
  const ready = [...cluster.members, ...cni.ready];
  spoilNodes(settings, cluster, ready);
  const probe = new Probe("probe", { skipAwait: !canWire(settings) }, inside(cluster, ready));
  const networks = buildNetworks(settings, cluster, ready, probe.namespace);
  buildConfluence(settings, cluster, ready, networks);

  return {
    kubeconfig: cluster.kubeconfig,
    nodes: cluster.nodes.map(({ name, container, address }) => ({ name, container, address })),
    clusterId: cluster.id,
    engine: "podman",
    cni: settings.cni,
    lanCidr,
    ...(podNetwork === undefined ? {} : { podCidr: podNetwork }),
    ...(networks.server === undefined ? {} : { dhcpServer: { container: networks.server.container } }),
  };
}

/** What a swap does with what a CNI leaves behind. */
function leftOf({ nodeCleanup, recreatePods, podCidr, weaveRange, flannelEtcdRange }: LabSettings) {
  return {
    nodeCleanup: nodeCleanup === "on",
    recreatePods: recreatePods === "on",
    left: [flannelResidue(podCidr), weaveResidue(weaveRange), flannelEtcdResidue(flannelEtcdRange)],
  };
}

function cniChoice(settings: LabSettings, cluster: Cluster): CniChoice {
  const { podCidr, flannelBackend, flannelIface, weavePassword } = settings;
  switch (settings.cni) {
    case "flannel":
      return {
        type: "flannel",
        network: podCidr,
        backend: { type: flannelBackend },
        iface: ifaceOf(flannelIface, settings.lanCidr),
        forwardRules: settings.forwardRules === "flannel",
        image: images.flannel,
        cniPluginImage: images.flannelCniPlugin,
      };
    case "weave":
      return {
        type: "weave",
        range: settings.weaveRange,
        mtu: settings.weaveMtu,
        password: weavePassword === undefined ? undefined : pulumi.secret(weavePassword),
        names: settings.machineId === "own" ? undefined : settings.machineId,
        readiness: settings.machineId === "own" ? "connected" : "answers",
        image: images.weave,
      };
    case "flannel-etcd":
      return {
        type: "flannel-etcd",
        etcd: createEtcd(settings, cluster),
        network: settings.flannelEtcdRange,
        iface: ifaceOf(flannelIface, settings.lanCidr),
        forwardRules: settings.forwardRules === "flannel",
        image: images.flannel,
      };
    case "none":
      return { type: "none" };
  }
}

/**
 * Not inside the cluster: flannel asks it for a lease, and its container is to be removed with the lab. It comes after
 * the nodes: where it and a node are gone, the node's part is the first to go, and nothing is undone there.
 */
function createEtcd({ stack, nodeImage: image, lanCidr }: LabSettings, { lans, nodes }: Cluster): Etcd {
  const [lan] = lans;
  if (lan === undefined) {
    throw new RangeError("a cluster has at least one LAN");
  }
  const machines = nodes.map(({ machine }) => machine);
  return new Etcd("etcd", { stack, image, lan, address: etcdOnLan(lanCidr) }, { dependsOn: machines });
}
