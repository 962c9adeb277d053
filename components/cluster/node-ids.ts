import * as pulumi from "@pulumi/pulumi";
import type { ReachableNode } from "./node-access";
import type { NodeCommand } from "./node-shell";
import { type MachineIds, machineIdScript } from "./node-state/machine-id";

export interface NodeIdsArgs {
  readonly nodes: readonly ReachableNode[];
  /** Whether each node has a machine-id of its own, or all have the same, as machines cloned from one. @default "own" */
  readonly ids?: MachineIds;
}

/**
 * The machine-ids of the nodes. What takes a name from its node's id, as Weave does, depends on `commands`: a new id is
 * there before anything is started anew by it. Nodes get their own ids back when this is deleted.
 *
 * @example
 * ```ts
 * const ids = new NodeIds("ids", { nodes: cluster.nodes, ids: "shared" });
 * new Weave("weave", {}, { provider: cluster.provider, dependsOn: [...ids.commands] });
 * ```
 */
export class NodeIds extends pulumi.ComponentResource {
  /** One for each node, in the order of the nodes. */
  readonly commands: readonly NodeCommand[];

  constructor(name: string, { nodes, ids = "own" }: NodeIdsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:NodeIds", name, {}, opts);
    this.commands = nodes.map((node) =>
      node.shell.command(
        `${name}-${node.name}`,
        {
          create: { text: machineIdScript(ids) },
          delete: { text: machineIdScript("own") },
          triggers: [node.id ?? node.name],
        },
        { parent: this, deletedWith: node.machine },
      ),
    );
    this.registerOutputs({});
  }
}
