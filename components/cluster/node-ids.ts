import * as pulumi from "@pulumi/pulumi";
import { type FieldsOf, oneOf, required } from "../args/fields";
import { recorded, takeArgs } from "../args/take";
import { commandOn, nodesField, type ReachableNode } from "./node-access";
import { type MachineIds, machineIdScript } from "./node-state/machine-id";
import type { NodeCommand } from "./shell/node-shell";

export interface NodeIdsArgs {
  readonly nodes: readonly ReachableNode[];
  /** Whether each node has a machine-id of its own, or all have the same, as machines cloned from one. @default "own" */
  readonly ids?: pulumi.Input<MachineIds>;
}

const fields: FieldsOf<NodeIdsArgs> = { nodes: required(nodesField), ids: oneOf("own", "shared") };

/**
 * The machine-ids of the nodes. What takes a name from its node's id, as Weave does, depends on `commands`: a new id is
 * there before anything is started anew by it. Nodes get their own ids back when this is deleted.
 *
 * @throws pulumi.ResourceError if an argument has the wrong shape.
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

  constructor(name: string, args: NodeIdsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:NodeIds", name, recorded(args, fields), opts);
    const { own } = takeArgs(this, args, fields, opts);
    const create = { text: pulumi.output(args.ids ?? "own").apply(machineIdScript) };
    const scripts = { create, delete: { text: machineIdScript("own") } };
    this.commands = args.nodes.map((node) => commandOn(node, `${name}-${node.name}`, scripts, own));
    this.registerOutputs({ commands: this.commands });
  }
}
