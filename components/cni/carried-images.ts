import type * as pulumi from "@pulumi/pulumi";
import { commandOn, type ReachableNode } from "../cluster/node-access";
import type { NodeCommand } from "../cluster/shell/node-shell";
import { carryScript } from "./swap/carry-script";

/** Gives each node those of the images that it has not, out of an archive on the machine that runs Pulumi. */
export function carriedImages(
  name: string,
  nodes: readonly ReachableNode[],
  { archive, images }: { readonly archive: pulumi.Input<string>; readonly images: pulumi.Output<readonly string[]> },
  opts: pulumi.CustomResourceOptions,
): NodeCommand[] {
  return nodes.map((node) => {
    const create = images.apply((known) => ({ text: carryScript, args: [node.name, ...known] }));
    return commandOn(node, `${name}-${node.name}`, { create, stdinFile: archive, logging: "stderr" }, opts);
  });
}
