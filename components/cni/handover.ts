import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../../lib/user-error";
import { type FieldsOf, number, required, text } from "../args/fields";
import { secondsProblems } from "../args/rules";
import { after, recorded, takeArgs } from "../args/take";
import { accessFields, commandOn, type NodeAccess } from "../cluster/node-access";
import type { NodeCommand } from "../cluster/shell/node-shell";
import { handoverDelete } from "./swap/handover-script";

export interface HandoverArgs extends NodeAccess {
  /** The CNI that is handed over when this is deleted. */
  readonly cni: pulumi.Input<string>;
  /** How long one pod's replacement may take to become Ready, in seconds. @default 180 */
  readonly podSeconds?: pulumi.Input<number>;
  /** How long the successor may take to be ready on a node, in seconds. @default 60 */
  readonly successorSeconds?: pulumi.Input<number>;
}

const fields: FieldsOf<HandoverArgs> = {
  ...accessFields,
  cni: required(text),
  podSeconds: number,
  successorSeconds: number,
};

/**
 * Moves the pods of one node after the other from a CNI to the one that follows it: it runs when this is deleted, while
 * both are there. Workloads depend on `last`, so that they exist only where pods have a network.
 *
 * The chain is made from the control plane on and therefore deleted towards it: n2, n3, ..., and n1 last.
 * A node that fails stops the chain, and the nodes behind it keep the CNI they have.
 *
 * @throws pulumi.ResourceError if `podSeconds` or `successorSeconds` is not a whole number of seconds, at least 1.
 *
 * @example
 * ```ts
 * const { last } = new Handover("handover", { ...access, cni: "flannel" }, { dependsOn: flannel.daemonSet });
 * new Probe("probe", { image }, { provider: cluster.provider, dependsOn: last });
 * ```
 */
export class Handover extends pulumi.ComponentResource {
  /** The end of the chain; `undefined` without nodes. */
  readonly last: NodeCommand | undefined;

  constructor(name: string, args: HandoverArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:Handover", name, recorded(args, fields), opts);
    const { own } = takeArgs(this, args, fields, opts, timesProblems);
    const text = pulumi
      .all([args.podSeconds ?? 180, args.successorSeconds ?? 60])
      .apply(([pod, successor]) => handoverDelete({ pod, successor }));
    const kubeconfig = pulumi.secret(args.kubeconfig);
    const [first, ...others] = args.nodes;
    const chain = first === undefined ? [] : [first, ...others.reverse()];
    this.last = chain.reduce<NodeCommand | undefined>(
      (before, node) =>
        commandOn(
          node,
          `${name}-${node.name}`,
          { create: { text: ":" }, delete: { text, args: [node.name, args.cni] }, kubeconfig, logging: "stderr" },
          before === undefined ? own : after(own, before),
        ),
      undefined,
    );
    this.registerOutputs({ last: this.last });
  }
}

function timesProblems({ podSeconds, successorSeconds }: pulumi.Unwrap<HandoverArgs>): Problem[] {
  return [...secondsProblems("podSeconds", podSeconds), ...secondsProblems("successorSeconds", successorSeconds)];
}
