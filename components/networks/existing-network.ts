import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type FieldsOf, required, text } from "../args/fields";
import { recorded, takeArgs } from "../args/take";
import type { AttachableNetwork } from "./attachable-network";
import { networkDefinition } from "./network-definitions";

export interface ExistingNetworkArgs {
  /** The name of the NetworkAttachmentDefinition. */
  readonly network: pulumi.Input<string>;
  /** Its namespace. */
  readonly namespace: pulumi.Input<string>;
}

const fields: FieldsOf<ExistingNetworkArgs> = { network: required(text), namespace: required(text) };

/**
 * A network that somebody else has made. Its NetworkAttachmentDefinition is read, not changed, and stays when this goes.
 * Where there is none, a preview ends with "does not exist", and its namespace and name: make it, or name one that
 * `kubectl get net-attach-def -A` lists. Pods on the network are made anew when an update finds another configuration.
 *
 * @throws pulumi.ResourceError if an argument has the wrong shape.
 *
 * @example
 * ```ts
 * const network = new ExistingNetwork("lan", { network: "macvlan-conf", namespace: "default" }, { provider });
 * ```
 */
export class ExistingNetwork extends pulumi.ComponentResource implements AttachableNetwork {
  /** The name by which pods ask for it. */
  readonly name: pulumi.Output<string>;
  /** Where its definition is. */
  readonly namespace: pulumi.Output<string>;
  /** The CNI configuration in its definition. */
  readonly config: pulumi.Output<string>;

  constructor(name: string, args: ExistingNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:ExistingNetwork", name, recorded(args, fields), opts);
    const { own } = takeArgs(this, args, fields, opts);
    const { network, namespace } = args;
    const definition = new k8s.apiextensions.CustomResource(
      `${name}-definition`,
      // Of what the cluster answers, the SDK keeps the fields that are named here.
      { ...networkDefinition, metadata: undefined, spec: undefined },
      { ...own, id: pulumi.interpolate`${namespace}/${network}` },
    );
    const { spec } = definition as typeof definition & {
      readonly spec: pulumi.Output<{ config?: string } | undefined>;
    };
    this.name = pulumi.output(network);
    this.namespace = pulumi.output(namespace);
    this.config = spec.apply((found) => found?.config ?? "");
    this.registerOutputs({ name: this.name, namespace: this.namespace, config: this.config });
  }
}
