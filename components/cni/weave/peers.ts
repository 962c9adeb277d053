import * as pulumi from "@pulumi/pulumi";
import { commandOn, type NodeAccess } from "../../cluster/node-access";
import type { NodeCommand } from "../../cluster/shell/node-shell";
import { formerly } from "../formerly";
import { forgetPeerScript, ifGone } from "./forget-peer";

/**
 * One for each node but the first, whose address is known: when the node leaves, the routers of the others forget it.
 * They live on the first node, as nothing can be run on one that is gone.
 *
 * @param cni the name of the `Cni`
 * @param retain whether Weave stays when the program ends
 */
export function weavePeers(
  cni: string,
  { nodes: [first, ...others], kubeconfig }: NodeAccess,
  opts: pulumi.CustomResourceOptions,
  retain: boolean,
): NodeCommand[] {
  return others.flatMap(({ name: node, address }) => {
    if (first === undefined || address === undefined) {
      return [];
    }
    const remove = { text: forgetPeerScript, args: [first.name, node, address, ...(retain ? [ifGone] : [])] };
    const secret = { kubeconfig: pulumi.secret(kubeconfig) };
    const scripts = {
      create: { text: ":" },
      delete: remove,
      ...secret,
      triggers: [address],
      logging: "stderr",
    } as const;
    const name = `weave-forget-${node}`;
    return [commandOn(first, `${cni}-${name}`, scripts, formerly(cni, name, opts))];
  });
}
