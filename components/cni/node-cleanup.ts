import * as pulumi from "@pulumi/pulumi";
import { type FieldsOf, flag, group, required, text, whole } from "../args/fields";
import { networkProblems } from "../args/rules";
import { recorded, takeArgs } from "../args/take";
import { accessFields, type NodeAccess, type ReachableNode } from "../cluster/node-access";
import { batchProblems, commandsOn } from "../cluster/node-batches";
import type { NodeCommand, NodeCommandArgs } from "../cluster/shell/node-shell";
import { companyOf } from "./registry";
import { arriveScript } from "./swap/arrive-script";
import { cleanScript } from "./swap/clean-script";
import type { Residue } from "./swap/residue";

export interface NodeCleanupArgs extends NodeAccess {
  /** What the CNI leaves on a node: `flannelResidue`, `weaveResidue` or `flannelEtcdResidue` of its pods' network. */
  readonly residue: pulumi.Input<Residue>;
  /**
   * Whether the CNI comes with this. Else it has come by another `NodeCleanup`, and this only cleans up after it: a node
   * that has no record of that in /var/lib/cni-lab is left as it is. @default true
   */
  readonly arrives?: pulumi.Input<boolean>;
  /** Whether the CNI may be there already, as somebody has made it. @default false */
  readonly found?: pulumi.Input<boolean>;
}

/** What a CNI leaves on a node, among the arguments of a component. */
export const residueField = whole(group({ cni: required(text), network: required(text), conflist: required(text) }));

const fields: FieldsOf<NodeCleanupArgs> = {
  ...accessFields,
  residue: required(residueField),
  arrives: flag,
  found: flag,
};

/**
 * The clean-up of every node after a CNI: it runs when this is deleted. Everything of the CNI depends on `commands`,
 * as Pulumi deletes dependents first: the CNI's pods, which would make anew what is removed, are gone by then.
 *
 * Its creation has each node write down what it is like before its first CNI, and fails where the node uses addresses of
 * the CNI's network itself. Its deletion removes nothing of what was written down. It fails while the CNI lives, whoever
 * has installed it, and does nothing on a node where it never came.
 *
 * @throws pulumi.ResourceError if the network of `residue` is no IPv4 network, or `nodesPerResource` no number from 1 to
 * 100.
 *
 * @example
 * ```ts
 * const cleanup = new NodeCleanup("clean", { ...access, residue: flannelResidue("10.244.0.0/16") });
 * new Flannel("flannel", {}, { provider: cluster.provider, dependsOn: [...cleanup.commands] });
 * ```
 */
export class NodeCleanup extends pulumi.ComponentResource {
  /** In the order of the nodes: one for each, or for `nodesPerResource` of them. */
  readonly commands: readonly NodeCommand[];

  constructor(name: string, args: NodeCleanupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:NodeCleanup", name, recorded(args, fields), opts);
    const { own } = takeArgs(this, args, fields, opts, ({ residue, nodesPerResource }) => [
      ...networkProblems("residue.network", residue.network),
      ...batchProblems({ nodesPerResource }),
    ]);
    const kubeconfig = pulumi.secret(args.kubeconfig);
    const residue = pulumi.output(args.residue);
    const scripts = pulumi
      .all([residue, args.arrives ?? true, args.found ?? false])
      .apply(([left, arrives, found]) => ({
        create: arrives ? arriveScript(left, companyOf(left.cni), found) : undefined,
        delete: cleanScript(left),
      }));
    const argsOf = ({ name: node }: ReachableNode): NodeCommandArgs => {
      const create = scripts.apply(({ create: text }) => (text === undefined ? { text: ":" } : { text, args: [node] }));
      return { create, delete: { text: scripts.delete, args: [node] }, kubeconfig, logging: "stderr" };
    };
    this.commands = commandsOn(args, name, argsOf, own);
    this.registerOutputs({ commands: this.commands });
  }
}
