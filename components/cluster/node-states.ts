import type * as pulumi from "@pulumi/pulumi";
import { commandOn, type ReachableNode } from "./node-access";
import { bringAbout, type NodeState, undo } from "./node-state/in-force";
import type { NodeCommand } from "./shell/node-shell";

/** Keeps a state in force on every node, from its creation to its deletion. A changed state is brought about in place. */
export function nodeStates(
  name: string,
  nodes: readonly ReachableNode[],
  state: pulumi.Output<NodeState>,
  opts: pulumi.CustomResourceOptions,
): NodeCommand[] {
  const scripts = { create: { text: state.apply(bringAbout) }, delete: { text: state.apply(undo) } };
  return nodes.map((node) => commandOn(node, `${name}-${node.name}`, scripts, opts));
}
