import * as pulumi from "@pulumi/pulumi";
import { commandOn, type ReachableNode } from "../cluster/node-access";
import type { NodeCommand } from "../cluster/shell/node-shell";
import { carryScript, lackingScript } from "./swap/carry-script";

/** What a node is sent that lacks nothing: an archive may be large, and the way to the node slow. */
const nothing = "/dev/null";

/** Gives each node those of the images that it has not, out of an archive on the machine that runs Pulumi. */
export function carriedImages(
  name: string,
  nodes: readonly ReachableNode[],
  { archive, images }: { readonly archive: pulumi.Input<string>; readonly images: pulumi.Output<readonly string[]> },
  opts: pulumi.CustomResourceOptions,
): NodeCommand[] {
  return nodes.map((node) => {
    const script = (text: string) => images.apply((known) => ({ text, args: [node.name, ...known] }));
    const { stdout } = commandOn(node, `${name}-lacking-${node.name}`, { create: script(lackingScript) }, opts);
    const stdinFile = pulumi.all([stdout, archive]).apply(([lacking, file]) => (lacking === "" ? nothing : file));
    const create = script(carryScript);
    return commandOn(node, `${name}-${node.name}`, { create, stdinFile, logging: "stderr" }, opts);
  });
}
