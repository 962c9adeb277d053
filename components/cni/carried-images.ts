import * as pulumi from "@pulumi/pulumi";
import type { ReachableNode } from "../cluster/node-access";
import { type BatchedNodes, batchesOf, commandOnBatch, commandsOn } from "../cluster/node-batches";
import type { NodeCommand, NodeCommandArgs } from "../cluster/shell/node-shell";
import { carryScript, lackingScript } from "./swap/carry-script";

/** What a node is sent that lacks nothing: an archive may be large, and the way to the node slow. */
const nothing = "/dev/null";

/** Gives each node those of the images that it has not, out of an archive on the machine that runs Pulumi. */
export function carriedImages(
  name: string,
  batched: BatchedNodes,
  { archive, images }: { readonly archive: pulumi.Input<string>; readonly images: pulumi.Output<readonly string[]> },
  opts: pulumi.CustomResourceOptions,
): NodeCommand[] {
  const script = (text: string, { name: node }: ReachableNode) =>
    images.apply((known) => ({ text, args: [node, ...known] }));
  const lacks = commandsOn(batched, `${name}-lacking`, (node) => ({ create: script(lackingScript, node) }), opts);
  return batchesOf(batched.nodes, batched.nodesPerResource).map((batch, i) => {
    const stdinFile = pulumi
      .all([lacks[i]?.stdout, archive])
      .apply(([lacking, file]) => (lacking === "" ? nothing : file));
    const argsOf = (node: ReachableNode): NodeCommandArgs => ({
      create: script(carryScript, node),
      stdinFile,
      logging: "stderr",
    });
    return commandOnBatch(batch, name, argsOf, "side by side", opts);
  });
}
