import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels } from "../../lib/labels";
import { describeProblem } from "../../lib/user-error";
import type { ReachableNode } from "../cluster/node-access";
import { type MacvlanSpec, macvlanConf, networkWarnings } from "./nad";
import { networkProblems } from "./network-problems";
import { nodePaths } from "./node-paths";
import { type ClusterNetworks, takenByRoutes } from "./taken-by-routes";

export interface MacvlanNetworkArgs extends MacvlanSpec {
  /** The namespace whose pods ask for the network by its name alone. */
  readonly namespace: pulumi.Input<string>;
  /** Networks that are there already: names and addresses must not meet. @default none */
  readonly beside?: readonly MacvlanNetwork[];
  /** What pods reach by eth0: a route of the network that takes any of it is warned of. @default kubeadm's Services */
  readonly clusterNetworks?: ClusterNetworks;
  /**
   * The nodes that are cleaned when the network goes: the plugin host-local keeps there which address it gave out last.
   *
   * @default what it keeps stays there
   */
  readonly nodes?: readonly ReachableNode[];
}

/**
 * A network on a LAN of the nodes, for pods that ask for it: one NetworkAttachmentDefinition.
 *
 * @throws pulumi.ResourceError if a field is invalid, or its name or addresses overlap with a network in `beside`.
 *
 * @example
 * ```ts
 * const ipam = { type: "host-local", subnet: "10.10.20.0/24", rangeStart: "10.10.20.10" } as const;
 * new MacvlanNetwork("lan", { namespace: "default", network: "macvlan-conf", master: "eth1", ipam }, { provider });
 * ```
 */
export class MacvlanNetwork extends pulumi.ComponentResource {
  /** What the network is like. */
  readonly spec: MacvlanSpec;
  /** The object in the cluster. */
  readonly definition: k8s.apiextensions.CustomResource;

  constructor(name: string, args: MacvlanNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:MacvlanNetwork", name, {}, opts);
    const { namespace, beside = [], nodes = [], clusterNetworks, ...spec } = args;
    const problems = networkProblems([...beside.map((other) => other.spec), spec]);
    if (problems.length > 0) {
      throw new pulumi.ResourceError(problems.map(describeProblem).join("\n"), this);
    }
    for (const warning of [...networkWarnings(spec), ...takenByRoutes(spec, clusterNetworks)]) {
      pulumi.log.warn(warning, this);
    }
    this.spec = spec;
    const kept = spec.ipam.type === "host-local" ? nodes : [];
    const leases = nodePaths(`${name}-leases`, kept, [`/var/lib/cni/networks/${spec.network}`], { parent: this });
    this.definition = new k8s.apiextensions.CustomResource(
      `${name}-definition`,
      {
        apiVersion: "k8s.cni.cncf.io/v1",
        kind: "NetworkAttachmentDefinition",
        metadata: { name: spec.network, namespace, labels: labels("macvlan-network", name) },
        spec: { config: macvlanConf(spec) },
      },
      { parent: this, dependsOn: leases },
    );
    this.registerOutputs({});
  }
}
