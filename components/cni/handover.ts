import * as pulumi from "@pulumi/pulumi";
import type { NodeAccess } from "../cluster/node-access";
import type { NodeCommand } from "../cluster/node-shell";
import { handoverDelete } from "./swap/handover-script";

export interface HandoverArgs extends NodeAccess {
  /** The CNI that is handed over when this is deleted. */
  readonly cni: string;
  /** How long one pod's replacement may take to become Ready, in seconds. @default 180 */
  readonly podSeconds?: number;
  /** How long the successor may take to be ready on a node, in seconds. @default 60 */
  readonly successorSeconds?: number;
}

/**
 * Moves the pods of one node after the other from a CNI to the one that follows it: it runs when this is deleted, while
 * both are there. Workloads depend on `last`, so that they exist only where pods have a network.
 *
 * The chain is made from the control plane on and therefore deleted towards it: n2, n3, ..., and n1 last.
 * A node that fails stops the chain, and the nodes behind it keep the CNI they have.
 *
 * @example
 * ```ts
 * const { last } = new Handover("handover", { ...access, cni: "flannel" }, { dependsOn: flannel.daemonSet });
 * new Probe("probe", {}, { provider: cluster.provider, dependsOn: last });
 * ```
 */
export class Handover extends pulumi.ComponentResource {
  /** The end of the chain; `undefined` without nodes. */
  readonly last: NodeCommand | undefined;

  constructor(name: string, args: HandoverArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:Handover", name, {}, opts);
    const deadlines = { pod: args.podSeconds ?? 180, successor: args.successorSeconds ?? 60 };
    const [first, ...others] = args.nodes;
    const chain = first === undefined ? [] : [first, ...others.reverse()];
    this.last = chain.reduce<NodeCommand | undefined>(
      (before, node) =>
        node.shell.command(
          `${name}-${node.name}`,
          {
            create: { text: ":" },
            delete: { text: handoverDelete(deadlines), args: [node.name, args.cni] },
            stdin: pulumi.secret(args.kubeconfig),
            triggers: [node.id ?? node.name],
            logging: "stderr",
          },
          { parent: this, deletedWith: node.machine, dependsOn: before },
        ),
      undefined,
    );
    this.registerOutputs({});
  }
}
