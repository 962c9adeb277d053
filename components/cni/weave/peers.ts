import * as pulumi from "@pulumi/pulumi";
import type { NodeAccess } from "../../cluster/node-access";
import type { NodeCommand } from "../../cluster/node-shell";
import { forgetPeerScript } from "./forget-peer";

/**
 * One for each node but the first, whose address is known: when the node leaves, the routers of the others forget it.
 * They live on the first node, as nothing can be run on one that is gone.
 */
export function weavePeers(name: string, access: NodeAccess, opts: pulumi.CustomResourceOptions): NodeCommand[] {
  const [first, ...others] = access.nodes;
  return others.flatMap((node) =>
    first === undefined || node.address === undefined
      ? []
      : [
          first.shell.command(
            `${name}-${node.name}`,
            {
              create: { text: ":" },
              delete: { text: forgetPeerScript, args: [first.name, node.name, node.address] },
              stdin: pulumi.secret(access.kubeconfig),
              triggers: [first.id ?? first.name, node.address],
              logging: "stderr",
            },
            { ...opts, deletedWith: first.machine },
          ),
        ],
  );
}
