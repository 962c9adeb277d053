import type * as pulumi from "@pulumi/pulumi";
import type { ReachableNode } from "./node-access";
import type { NodeCommand } from "./node-shell";
import { bringAbout, type NodeState, undo } from "./node-state/in-force";

/** Keeps a state in force on every node, from its creation to its deletion. A changed state is brought about in place. */
export function nodeStates(
  name: string,
  nodes: readonly ReachableNode[],
  state: NodeState,
  opts: pulumi.CustomResourceOptions,
): NodeCommand[] {
  return nodes.map((node) =>
    node.shell.command(
      `${name}-${node.name}`,
      { create: { text: bringAbout(state) }, delete: { text: undo(state) }, triggers: [node.id ?? node.name] },
      { ...opts, deletedWith: node.machine },
    ),
  );
}
