import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../../lib/user-error";
import { anything, type FieldsOf, number, required, text } from "../args/fields";
import { secondsProblems } from "../args/rules";
import { after, recorded, takeArgs } from "../args/take";
import { accessFields, type NodeAccess, type ReachableNode } from "../cluster/node-access";
import { type Batch, batchesOf, batchProblems, commandOnBatch } from "../cluster/node-batches";
import type { NodeCommand, NodeCommandArgs } from "../cluster/shell/node-shell";
import { type AtOnce, atOnceProblems, sideBySide } from "./side-by-side";
import { handoverDelete } from "./swap/handover-script";

export interface HandoverArgs extends NodeAccess {
  /** The CNI that is handed over when this is deleted. */
  readonly cni: pulumi.Input<string>;
  /** How many nodes are moved side by side. The first of the nodes, a control plane, is moved alone. @default 1 */
  readonly atOnce?: AtOnce;
  /** How long one pod's replacement may take to become Ready, in seconds. @default 180 */
  readonly podSeconds?: pulumi.Input<number>;
  /** How long the successor may take to be ready on a node, in seconds. @default 60 */
  readonly successorSeconds?: pulumi.Input<number>;
}

const fields: FieldsOf<HandoverArgs> = {
  ...accessFields,
  cni: required(text),
  atOnce: anything,
  podSeconds: number,
  successorSeconds: number,
};

/**
 * Moves the pods of one node after the other from a CNI to the one that follows it: it runs when this is deleted, while
 * both are there. Workloads depend on `ends`, so that they exist only where pods have a network.
 *
 * The chain is made from the control plane on and therefore deleted towards it: n2, n3, ..., and n1 last. With `atOnce`
 * there are as many chains, which all lead to n1, and nodes take turns at the pods of one owner, so that no two of its
 * replicas are away at once; of a DaemonSet as many pods may be away as nodes are moved.
 * A node that fails stops its chain, and the nodes behind it keep the CNI they have.
 *
 * @throws pulumi.ResourceError if `podSeconds` or `successorSeconds` is not a whole number of seconds, at least 1, or
 * `atOnce` neither a number of nodes nor a part of them, or `nodesPerResource` no number from 1 to 100.
 *
 * @example
 * ```ts
 * const { ends } = new Handover("handover", { ...access, cni: "flannel" }, { dependsOn: flannel.daemonSet });
 * new Probe("probe", { image }, { provider: cluster.provider, dependsOn: [...ends] });
 * ```
 */
export class Handover extends pulumi.ComponentResource {
  /** The nodes that are moved first, at the end of each chain; none without nodes. */
  readonly ends: readonly NodeCommand[];

  constructor(name: string, args: HandoverArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:Handover", name, recorded(args, fields), opts);
    const { own } = takeArgs(this, args, fields, opts, problemsOf);
    const [first, ...others] = args.nodes;
    const chains = sideBySide(args.atOnce ?? 1, args.nodes.length);
    const text = pulumi
      .all([args.podSeconds ?? 180, args.successorSeconds ?? 60])
      .apply(([pod, successor]) => handoverDelete({ pod, successor }, chains));
    const kubeconfig = pulumi.secret(args.kubeconfig);
    const argsOf = (node: ReachableNode): NodeCommandArgs => ({
      create: { text: ":" },
      delete: { text, args: [node.name, args.cni] },
      kubeconfig,
      logging: "stderr",
    });
    const move = (batch: Batch, before: NodeCommand | undefined) =>
      commandOnBatch(batch, name, argsOf, "in turn", before === undefined ? own : after(own, before));
    const last = first && move([first], undefined);
    const ends = Array.from({ length: chains }, (_, chain) => {
      const nodes = others.filter((_, i) => i % chains === chain);
      // The last of a chain is made first.
      return batchesOf(nodes, args.nodesPerResource).reduceRight<NodeCommand | undefined>(
        (before, batch) => move(batch, before),
        last,
      );
    });
    this.ends = ends.flatMap((end) => end ?? []);
    this.registerOutputs({ ends: this.ends });
  }
}

function problemsOf({
  podSeconds,
  successorSeconds,
  atOnce,
  nodesPerResource,
}: pulumi.Unwrap<HandoverArgs>): Problem[] {
  return [
    ...batchProblems({ nodesPerResource }),
    ...atOnceProblems("atOnce", atOnce),
    ...secondsProblems("podSeconds", podSeconds),
    ...secondsProblems("successorSeconds", successorSeconds),
  ];
}
