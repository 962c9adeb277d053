import * as pulumi from "@pulumi/pulumi";
import type { NodeAccess } from "../cluster/node-access";
import type { NodeCommand } from "../cluster/node-shell";
import { companyOf } from "./registry";
import { arriveScript } from "./swap/arrive-script";
import { cleanScript } from "./swap/clean-script";
import type { Residue } from "./swap/residue";

export interface NodeCleanupArgs extends NodeAccess {
  /** What the CNI leaves on a node. */
  readonly residue: Residue;
  /**
   * Whether the CNI comes with this. Else it has come by another `NodeCleanup`, and this only cleans up after it: a node
   * that has no record of that in /var/lib/cni-lab is left as it is. @default true
   */
  readonly arrives?: boolean;
}

/**
 * The clean-up of every node after a CNI: it runs when this is deleted. Everything of the CNI depends on `commands`,
 * as Pulumi deletes dependents first: the CNI's pods, which would make anew what is removed, are gone by then.
 *
 * Its creation has each node write down what it is like before its first CNI, and fails where the node uses addresses of
 * the CNI's network itself. Its deletion removes nothing of what was written down. It fails while the CNI lives, whoever
 * has installed it, and does nothing on a node where it never came.
 *
 * @example
 * ```ts
 * const cleanup = new NodeCleanup("clean", { ...access, residue: flannelResidue("10.244.0.0/16") });
 * new Flannel("flannel", {}, { provider: cluster.provider, dependsOn: [...cleanup.commands] });
 * ```
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
          create: arrives ? { text: arriveScript(residue, companyOf(residue.cni)), args: [node.name] } : { text: ":" },
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
