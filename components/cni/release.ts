import type * as pulumi from "@pulumi/pulumi";
import type { ReachableNode } from "../cluster/node-access";
import { type BatchedNodes, commandsOn } from "../cluster/node-batches";
import type { NodeCommand, NodeCommandArgs } from "../cluster/shell/node-shell";
import { releaseScript } from "./swap/release-script";

/** Leaves each node with the CNI that it has, and nothing of the lab: when these are deleted, last of all on a node. */
export function releaseNodes(name: string, nodes: BatchedNodes, opts: pulumi.CustomResourceOptions): NodeCommand[] {
  const argsOf = ({ name: node }: ReachableNode): NodeCommandArgs => ({
    create: { text: ":" },
    delete: { text: releaseScript, args: [node] },
    logging: "stderr",
  });
  return commandsOn(nodes, name, argsOf, opts);
}
