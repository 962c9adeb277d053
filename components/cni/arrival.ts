import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../../lib/user-error";
import { type FieldsOf, flag, number, required, text } from "../args/fields";
import { secondsProblems } from "../args/rules";
import { recorded, takeArgs } from "../args/take";
import { accessFields, type NodeAccess, type ReachableNode } from "../cluster/node-access";
import { batchProblems, commandsOn } from "../cluster/node-batches";
import type { NodeCommand, NodeCommandArgs } from "../cluster/shell/node-shell";
import { arrivalScript, foundCni, keepPods } from "./swap/arrival-script";

export interface ArrivalArgs extends NodeAccess {
  /** The file of the CNI that has come, in the folder of the conflists. */
  readonly conflist: pulumi.Input<string>;
  /** Whether pods that hold an address of no living network are recreated. @default true */
  readonly recreatePods?: pulumi.Input<boolean>;
  /** Whether the CNI may be there already, as somebody has made it: its pods are left as they are then. @default false */
  readonly found?: pulumi.Input<boolean>;
  /** How long such pods may take to end, in seconds. @default 180 */
  readonly podSeconds?: pulumi.Input<number>;
  /** How long a node may take to join and to be Ready, in seconds; after that it is said and left so. @default 60 */
  readonly nodeSeconds?: pulumi.Input<number>;
}

const fields: FieldsOf<ArrivalArgs> = {
  ...accessFields,
  conflist: required(text),
  recreatePods: flag,
  found: flag,
  podSeconds: number,
  nodeSeconds: number,
};

/**
 * Brings each node under a CNI that is ready: its conflist is in force where none was, and pods whose network is gone
 * are recreated, on all nodes at once, as they are cut off until then. It ends when the nodes take pods.
 *
 * @throws pulumi.ResourceError if `podSeconds` or `nodeSeconds` is not a whole number of seconds, at least 1, or
 * `nodesPerResource` no number from 1 to 100.
 *
 * @example
 * ```ts
 * new Arrival("arrival", { ...access, conflist: "10-flannel.conflist" }, { dependsOn: flannel.daemonSet });
 * ```
 */
export class Arrival extends pulumi.ComponentResource {
  /** In the order of the nodes: one for each, or for `nodesPerResource` of them. */
  readonly commands: readonly NodeCommand[];

  constructor(name: string, args: ArrivalArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:Arrival", name, recorded(args, fields), opts);
    const { own } = takeArgs(this, args, fields, opts, problemsOf);
    const { kubeconfig, conflist, recreatePods = true, found = false, podSeconds = 180, nodeSeconds = 60 } = args;
    const text = pulumi.all([podSeconds, nodeSeconds]).apply(([pods, node]) => arrivalScript({ pods, node }));
    const argsOf = ({ name: node }: ReachableNode): NodeCommandArgs => {
      const words = pulumi
        .all([conflist, recreatePods, found])
        .apply(([file, recreate, there]) => [node, file, ...(there ? [foundCni] : recreate ? [] : [keepPods])]);
      return { create: { text, args: words }, kubeconfig: pulumi.secret(kubeconfig), logging: "stderr" };
    };
    this.commands = commandsOn(args, name, argsOf, own);
    this.registerOutputs({ commands: this.commands });
  }
}

function problemsOf({ podSeconds, nodeSeconds, nodesPerResource }: pulumi.Unwrap<ArrivalArgs>): Problem[] {
  return [
    ...batchProblems({ nodesPerResource }),
    ...secondsProblems("podSeconds", podSeconds),
    ...secondsProblems("nodeSeconds", nodeSeconds),
  ];
}
