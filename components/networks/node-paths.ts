import * as pulumi from "@pulumi/pulumi";
import { quoteWord } from "../../lib/shell";
import { commandOn, type ReachableNode } from "../cluster/node-access";
import type { NodeCommand } from "../cluster/shell/node-shell";

/**
 * Removes files and folders from every node when it is deleted: what a program keeps there and does not take with it.
 * Everything of the program depends on these, as Pulumi deletes dependents first: it would write them anew.
 *
 * @param paths a name may end in `*`
 */
export function nodePaths(
  name: string,
  nodes: readonly ReachableNode[],
  paths: pulumi.Input<readonly pulumi.Input<string>[]>,
  opts: pulumi.CustomResourceOptions,
): NodeCommand[] {
  const text = pulumi.output(paths).apply((known) => `rm -rf ${known.map(quotePattern).join(" ")}`);
  return nodes.map((node) =>
    commandOn(node, `${name}-${node.name}`, { create: { text: ":" }, delete: { text } }, opts),
  );
}

function quotePattern(path: string): string {
  return `${quoteWord(path.replace(/\*$/, ""))}${path.endsWith("*") ? "*" : ""}`;
}
