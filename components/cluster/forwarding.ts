import * as pulumi from "@pulumi/pulumi";
import { type FieldsOf, oneOf, required } from "../args/fields";
import { recorded, takeArgs } from "../args/take";
import { nodesField, type ReachableNode } from "./node-access";
import { type ForwardPolicy, forwarding, type OverlayRules } from "./node-state/forwarding";
import { nodeStates } from "./node-states";

export interface ForwardingArgs {
  readonly nodes: readonly ReachableNode[];
  /** What the nodes do with packets on their way through that no rule accepts. With `drop`, what pods send is accepted. @default "accept" */
  readonly policy?: pulumi.Input<ForwardPolicy>;
  /** Whose rules accept what Flannel's overlay brings; Flannel has to be told as well. @default "flannel" */
  readonly rules?: pulumi.Input<OverlayRules>;
}

const fields: FieldsOf<ForwardingArgs> = {
  nodes: required(nodesField),
  policy: oneOf("accept", "drop"),
  rules: oneOf("flannel", "none", "by-hand"),
};

/**
 * The FORWARD chain of the nodes, as a firewall or Docker sets it. The policy that was there before comes back when this is deleted.
 * To be made once Flannel runs with the same idea of whose rules there are.
 *
 * @throws pulumi.ResourceError if an argument has the wrong shape.
 *
 * @example
 * ```ts
 * new Forwarding("forwarding", { nodes: cluster.nodes, policy: "drop", rules: "flannel" }, { dependsOn: flannel.daemonSet });
 * ```
 */
export class Forwarding extends pulumi.ComponentResource {
  constructor(name: string, args: ForwardingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:Forwarding", name, recorded(args, fields), opts);
    const { own } = takeArgs(this, args, fields, opts);
    const { policy = "accept", rules = "flannel" } = args;
    const state = pulumi.all([policy, rules]).apply((wanted) => forwarding(...wanted));
    nodeStates(name, args.nodes, state, own);
    this.registerOutputs({});
  }
}
