import type * as pulumi from "@pulumi/pulumi";
import { Cluster } from "../components/cluster/cluster";
import { engineOf } from "../components/cluster/engine/engines";
import { chooseCni, prepareCni } from "../components/cni/choose";
import { Cni } from "../components/cni/cni";
import { residues } from "../components/cni/registry";
import { Probe } from "../components/probe/probe";
import { images } from "../lib/versions";
import type { LabSettings } from "./config";
import { buildConfluence } from "./confluence";
import { canWire, nodeIds, spoilNodes } from "./faults";
import { inside } from "./inside";
import { buildNetworks } from "./networks";
import { podNetworkOf } from "./pod-network";

/** What a stack tells about itself: read by ./lab and by `pulumi stack output`. */
export interface LabOutputs {
  readonly kubeconfig: pulumi.Output<string>;
  /** Those that are containers of this machine have the name of one. */
  readonly nodes: { name: string; container?: string; address: pulumi.Output<string> }[];
  /** Absent for a cluster that somebody has made, as the next three are. */
  readonly clusterId?: pulumi.Output<string>;
  /** The name of the container engine that the nodes are of. */
  readonly engine?: string;
  readonly lanCidr?: string;
  readonly cni: pulumi.Input<string>;
  /** The network of the pods, as the chosen CNI has it; absent with none. */
  readonly podCidr?: pulumi.Input<string>;
  /** Absent without one. */
  readonly dhcpServer?: { container: string };
}

/** Builds a lab: the cluster, its CNI, and what runs on it, in this order. */
export function buildLab(settings: LabSettings): LabOutputs {
  const { stack, nodeImage, lanCidr, podCidr, serviceCidr } = settings;
  const podNetwork = podNetworkOf(settings);
  const engine = engineOf(settings.engine);
  const cluster = new Cluster("cluster", {
    ...{ stack, engine, nodes: settings.nodes, nodeImage, lanCidr, podCidr, serviceCidr },
    secondLan: settings.secondLan === "on",
    nodeNetwork: settings.nodeNetwork,
  });

  const cni = new Cni(
    "cni",
    { ...chooseCni(settings.cni, settings, cluster), ...leftOf(settings), access: cluster.access, preflight: "off" },
    inside(cluster, [
      ...nodeIds(settings, cluster),
      ...prepareCni(settings.cni, settings, cluster.nodes, inside(cluster, cluster.members)),
    ]),
  );
  const ready = [...cluster.members, ...cni.ready];
  spoilNodes(settings, cluster, ready);
  const probe = new Probe("probe", { image: images.probe, skipAwait: !canWire(settings) }, inside(cluster, ready));
  const networks = buildNetworks(settings, cluster, ready, probe.namespace);
  buildConfluence(settings, cluster, ready, networks);

  return {
    kubeconfig: cluster.kubeconfig,
    nodes: cluster.nodes.map(({ name, container, address }) => ({ name, container, address })),
    clusterId: cluster.id,
    engine: engine.name,
    cni: settings.cni,
    lanCidr,
    ...(podNetwork === undefined ? {} : { podCidr: podNetwork }),
    ...(networks.server === undefined ? {} : { dhcpServer: { container: networks.server.container } }),
  };
}

/** What a swap does with what a CNI leaves behind. */
function leftOf(settings: LabSettings) {
  const { nodeCleanup, recreatePods } = settings;
  return { nodeCleanup: nodeCleanup === "on", recreatePods: recreatePods === "on", left: residues(settings) };
}
