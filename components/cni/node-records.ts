import type * as pulumi from "@pulumi/pulumi";
import { type BatchedNodes, commandsOn } from "../cluster/node-batches";
import type { NodeCommand } from "../cluster/shell/node-shell";
import { recordNodeScript } from "./swap/fingerprint";

/**
 * Has each node write down what it is like where no CNI is to be: what is there now is the node's own. A CNI that comes
 * has the nodes do so itself, before it makes anything. A node that has written it down keeps what it wrote.
 */
export function nodeRecords(name: string, nodes: BatchedNodes, opts: pulumi.CustomResourceOptions): NodeCommand[] {
  return commandsOn(nodes, name, (node) => ({ create: { text: recordNodeScript, args: [node.name] } }), opts);
}
