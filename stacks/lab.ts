import * as pulumi from "@pulumi/pulumi";
import { Cluster } from "../components/cluster/cluster";
import { Cni, type CniChoice } from "../components/cni/cni";
import { images } from "../components/lib/versions";
import { Probe } from "../components/probe/probe";
import type { LabSettings } from "./config";

/** What a stack tells about itself: read by ./lab and by `pulumi stack output`. */
export interface LabOutputs {
  readonly kubeconfig: pulumi.Output<string>;
  readonly nodes: { name: string; container: string; address: string }[];
  readonly clusterId: pulumi.Output<string>;
  readonly engine: string;
  readonly cni: string;
  readonly lanCidr: string;
  readonly podCidr: string;
}

/** Builds a lab: the cluster, its CNI, and what runs on it, in this order. */
export function buildLab(settings: LabSettings): LabOutputs {
  const { stack, nodeImage, lanCidr, podCidr, serviceCidr } = settings;
  const cluster = new Cluster("cluster", { stack, nodes: settings.nodes, nodeImage, lanCidr, podCidr, serviceCidr });

  const access = { nodes: cluster.nodes, kubeconfig: cluster.kubeconfig };
  const cni = new Cni("cni", { ...cniChoice(settings), access }, inside(cluster, []));
  const workload = inside(cluster, [...cluster.members, ...cni.ready]);
  new Probe("probe", { skipAwait: settings.cni === "none" }, workload);

  return {
    kubeconfig: cluster.kubeconfig,
    nodes: cluster.nodes.map(({ name, container, address }) => ({ name, container, address })),
    clusterId: cluster.id,
    engine: "podman",
    cni: settings.cni,
    lanCidr,
    podCidr,
  };
}

function cniChoice(settings: LabSettings): CniChoice {
  const { podCidr, flannelBackend, flannelIface, weavePassword } = settings;
  switch (settings.cni) {
    case "flannel":
      return {
        type: "flannel",
        network: podCidr,
        backend: { type: flannelBackend },
        iface: flannelIface === undefined ? { by: "default-route" } : { by: "name", name: flannelIface },
        image: images.flannel,
        cniPluginImage: images.flannelCniPlugin,
      };
    case "weave":
      return {
        type: "weave",
        range: settings.weaveRange,
        mtu: settings.weaveMtu,
        password: weavePassword === undefined ? undefined : pulumi.secret(weavePassword),
        image: images.weave,
      };
    case "none":
      return { type: "none" };
  }
}

/**
 * Options for a component inside the cluster: its children are made through the cluster's API once `after` exists,
 * and go with the control plane, so that taking a lab down needs no API server and no time.
 *
 * Each child names `after` itself: a component's own dependencies hold its children back on creation,
 * but the engine does not record them, and deletes in the order of what it has recorded.
 */
function inside(cluster: Cluster, after: pulumi.Resource[]): pulumi.ComponentResourceOptions {
  return {
    provider: cluster.provider,
    transformations: [
      ({ props, opts }) => ({
        props,
        opts: pulumi.mergeOptions(opts, { deletedWith: opts.deletedWith ?? cluster.controlPlane, dependsOn: after }),
      }),
    ],
  };
}
