import type * as pulumi from "@pulumi/pulumi";
import { commandOn, type ReachableNode } from "../cluster/node-access";
import type { NodeCommand } from "../cluster/shell/node-shell";
import { releaseScript } from "./swap/release-script";

/** Leaves each node with the CNI that it has, and nothing of the lab: when these are deleted, last of all on a node. */
export function releaseNodes(
  name: string,
  nodes: readonly ReachableNode[],
  opts: pulumi.CustomResourceOptions,
): NodeCommand[] {
  const scripts = (node: string) => ({ create: { text: ":" }, delete: { text: releaseScript, args: [node] } });
  return nodes.map((node) =>
    commandOn(node, `${name}-${node.name}`, { ...scripts(node.name), logging: "stderr" as const }, opts),
  );
}
