import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels } from "../../lib/labels";
import type { Problem } from "../../lib/user-error";
import { type FieldsOf, group, list, made, passed, required, text } from "../args/fields";
import type { Inputs } from "../args/inputs";
import { after, recorded, takeArgs } from "../args/take";
import { nodesField, type ReachableNode } from "../cluster/node-access";
import type { AttachableNetwork } from "./attachable-network";
import { macvlanFields } from "./macvlan-fields";
import { type MacvlanSpec, macvlanConf, networkWarnings } from "./nad";
import { networkDefinition } from "./network-definitions";
import { networkProblems } from "./network-problems";
import { nodePaths } from "./node-paths";
import { type ClusterNetworks, takenByRoutes } from "./taken-by-routes";

export interface MacvlanNetworkArgs extends Inputs<MacvlanSpec> {
  /** The namespace whose pods ask for the network by its name alone. */
  readonly namespace: pulumi.Input<string>;
  /** Networks that are there already: names and addresses must not meet. @default none */
  readonly beside?: readonly MacvlanNetwork[];
  /** What pods reach by eth0: a route of the network that takes any of it is warned of. @default kubeadm's Services */
  readonly clusterNetworks?: Inputs<ClusterNetworks>;
  /**
   * The nodes that are cleaned when the network goes: the plugin host-local keeps there which address it gave out last.
   *
   * @default what it keeps stays there
   */
  readonly nodes?: readonly ReachableNode[];
}

const fields: FieldsOf<MacvlanNetworkArgs> = {
  ...macvlanFields,
  namespace: required(passed(text)),
  beside: list(made("a MacvlanNetwork", "spec", "definition")),
  clusterNetworks: group({ services: text, pods: text, nodes: text }),
  nodes: nodesField,
};

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
export class MacvlanNetwork extends pulumi.ComponentResource implements AttachableNetwork {
  /** What the network is like. */
  readonly spec: Inputs<MacvlanSpec>;
  /** The name by which pods ask for it. */
  readonly name: pulumi.Output<string>;
  /** Where its definition is. */
  readonly namespace: pulumi.Output<string>;
  /** The CNI configuration in its definition. */
  readonly config: pulumi.Output<string>;
  /** The object in the cluster. */
  readonly definition: k8s.apiextensions.CustomResource;

  constructor(name: string, args: MacvlanNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:MacvlanNetwork", name, recorded(args, fields), opts);
    const { namespace, beside, nodes = [], clusterNetworks, ...spec } = args;
    // Those beside it are data as well: what they share with this one can be told only when theirs is known.
    const others = Array.isArray(beside) ? beside.map((other) => other?.spec) : [];
    const checked = { ...fields, others: list(group(macvlanFields)) };
    const { own, values } = takeArgs(
      this,
      typeof args === "object" ? { ...args, others } : args,
      checked,
      opts,
      problemsOf,
    );
    values.apply(async (plain) => {
      for (const warning of [...networkWarnings(plain), ...takenByRoutes(plain, plain.clusterNetworks)]) {
        await pulumi.log.warn(warning, this);
      }
    });
    this.spec = spec;
    this.name = pulumi.output(spec.network);
    this.config = pulumi.output(spec).apply(macvlanConf);
    const kept = spec.ipam.type === "host-local" ? nodes : [];
    const leases = nodePaths(`${name}-leases`, kept, [pulumi.interpolate`/var/lib/cni/networks/${spec.network}`], own);
    this.definition = new k8s.apiextensions.CustomResource(
      `${name}-definition`,
      {
        ...networkDefinition,
        metadata: { name: spec.network, namespace, labels: labels("macvlan-network", name) },
        spec: { config: this.config },
      },
      after(own, ...leases),
    );
    // Not the argument: whoever asks for the network comes after its definition.
    this.namespace = this.definition.metadata.namespace;
    this.registerOutputs({ definition: this.definition });
  }
}

function problemsOf({ others, ...spec }: MacvlanSpec & { readonly others: readonly MacvlanSpec[] }): Problem[] {
  return networkProblems([...others, spec]);
}
