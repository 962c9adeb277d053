import * as pulumi from "@pulumi/pulumi";
import type { NodeCommand } from "../cluster/node-shell";
import { arriveScript, cleanScript } from "../lib/swap/clean-script";
import type { Residue } from "../lib/swap/residue";
import type { NodeAccess } from "./node-access";

export interface NodeCleanupArgs extends NodeAccess {
  /** What the CNI leaves on a node. */
  readonly residue: Residue;
  /** Whether the CNI comes with this; else it has been there, and this only cleans up after it. @default true */
  readonly arrives?: boolean;
}

/**
 * The clean-up of every node after a CNI: it runs when this is deleted. Everything of the CNI depends on `commands`,
 * as Pulumi deletes dependents first: the CNI's pods, which would make anew what is removed, are gone by then.
 */
export class NodeCleanup extends pulumi.ComponentResource {
  /** One for each node, in the order of the nodes. */
  readonly commands: readonly NodeCommand[];

  constructor(name: string, args: NodeCleanupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:NodeCleanup", name, {}, opts);
    const { residue, nodes, kubeconfig, arrives = true } = args;
    this.commands = nodes.map((node) =>
      node.shell.command(
        `${name}-${node.name}`,
        {
          create: arrives ? { text: arriveScript(residue), args: [node.name] } : { text: ":" },
          delete: { text: cleanScript(residue), args: [node.name] },
          stdin: pulumi.secret(kubeconfig),
          triggers: [node.id ?? node.name],
          logging: "stderr",
        },
        { parent: this, deletedWith: node.machine },
      ),
    );
    this.registerOutputs({});
  }
}
