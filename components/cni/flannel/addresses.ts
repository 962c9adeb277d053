import * as pulumi from "@pulumi/pulumi";
import type { ReachableNode } from "../../cluster/node-access";
import type { NodeCommand } from "../../cluster/node-shell";
import { type FlannelAnnotation, flannelAddressScript } from "./address";

export interface FlannelAddressesArgs {
  /** The nodes, which have joined, each with the address that the others reach it by. */
  readonly nodes: readonly (ReachableNode & { readonly address: string })[];
  /** Which annotation says so. @default "none" */
  readonly annotation?: FlannelAnnotation;
}

/**
 * The annotations of the nodes that tell flannel an address. It reads them at its start: Flannel depends on `commands`,
 * and has to be started anew when they change.
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
    super("cni-lab:index:FlannelAddresses", name, {}, opts);
    const script = (annotation: FlannelAnnotation, words: string[]) => ({
      text: flannelAddressScript(annotation),
      args: words,
    });
    this.commands = args.nodes.map((node) =>
      node.shell.command(
        `${name}-${node.name}`,
        {
          create: script(args.annotation ?? "none", [node.name, node.address]),
          delete: script("none", [node.name]),
          triggers: [node.id ?? node.name],
        },
        { parent: this, deletedWith: node.machine },
      ),
    );
    this.registerOutputs({});
  }
}
