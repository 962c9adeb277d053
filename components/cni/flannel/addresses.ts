import * as pulumi from "@pulumi/pulumi";
import { type FieldsOf, oneOf, required } from "../../args/fields";
import { recorded, takeArgs } from "../../args/take";
import { commandOn, nodesField, type ReachableNode } from "../../cluster/node-access";
import type { NodeCommand } from "../../cluster/shell/node-shell";
import { type FlannelAnnotation, flannelAddressScript } from "./address";

export interface FlannelAddressesArgs {
  /** The nodes, which have joined, each with the address that the others reach it by. */
  readonly nodes: readonly (ReachableNode & { readonly address: pulumi.Input<string> })[];
  /** Which annotation says so. @default "none" */
  readonly annotation?: pulumi.Input<FlannelAnnotation>;
}

const fields: FieldsOf<FlannelAddressesArgs> = {
  nodes: required(nodesField),
  annotation: oneOf("node-public-ip", "public-ip-overwrite", "none"),
};

/**
 * The annotations of the nodes that tell flannel an address. It reads them at its start: Flannel depends on `commands`,
 * and has to be started anew when they change.
 *
 * @throws pulumi.ResourceError if an argument has the wrong shape.
 *
 * @example
 * ```ts
 * const { commands } = new FlannelAddresses("addresses", { nodes: cluster.nodes, annotation: "node-public-ip" });
 * const iface = { by: "annotation", annotation: "node-public-ip" } as const;
 * new Flannel("flannel", { iface }, { provider: cluster.provider, dependsOn: [...commands] });
 * ```
 */
export class FlannelAddresses extends pulumi.ComponentResource {
  /** One for each node, in the order of the nodes. */
  readonly commands: readonly NodeCommand[];

  constructor(name: string, args: FlannelAddressesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:FlannelAddresses", name, recorded(args, fields), opts);
    const { own } = takeArgs(this, args, fields, opts);
    const annotate = pulumi.output(args.annotation ?? "none").apply(flannelAddressScript);
    this.commands = args.nodes.map((node) => {
      const create = { text: annotate, args: [node.name, node.address] };
      const remove = { text: flannelAddressScript("none"), args: [node.name] };
      return commandOn(node, `${name}-${node.name}`, { create, delete: remove }, own);
    });
    this.registerOutputs({ commands: this.commands });
  }
}
