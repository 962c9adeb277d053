import type * as pulumi from "@pulumi/pulumi";
import { quoteWord } from "../../lib/shell";
import type { ReachableNode } from "../cluster/node-access";
import type { NodeCommand } from "../cluster/node-shell";

/**
 * Removes files and folders from every node when it is deleted: what a program keeps there and does not take with it.
 * Everything of the program depends on these, as Pulumi deletes dependents first: it would write them anew.
 *
 * @param paths a name may end in `*`
 */
export function nodePaths(
  name: string,
  nodes: readonly ReachableNode[],
  paths: readonly string[],
  opts: pulumi.CustomResourceOptions,
): NodeCommand[] {
  const remove = `rm -rf ${paths.map((path) => `${quoteWord(path.replace(/\*$/, ""))}${path.endsWith("*") ? "*" : ""}`).join(" ")}`;
  return nodes.map((node) =>
    node.shell.command(
      `${name}-${node.name}`,
      { create: { text: ":" }, delete: { text: remove }, triggers: [node.id ?? node.name] },
      { ...opts, deletedWith: node.machine },
    ),
  );
}
