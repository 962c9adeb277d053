import * as pulumi from "@pulumi/pulumi";
import type { NodeAccess } from "../cluster/node-access";
import type { NodeCommand } from "../cluster/node-shell";
import { arrivalScript, keepPods } from "./swap/arrival-script";

export interface ArrivalArgs extends NodeAccess {
  /** The file of the CNI that has come, in the folder of the conflists. */
  readonly conflist: string;
  /** Whether pods that hold an address of no living network are recreated. @default true */
  readonly recreatePods?: boolean;
  /** How long such pods may take to end, in seconds. @default 180 */
  readonly podSeconds?: number;
  /** How long a node may take to join and to be Ready, in seconds; after that it is said and left so. @default 60 */
  readonly nodeSeconds?: number;
}

/**
 * Brings each node under a CNI that is ready: its conflist is in force where none was, and pods whose network is gone
 * are recreated, on all nodes at once, as they are cut off until then. It ends when the nodes take pods.
 *
 * @example
 * ```ts
 * new Arrival("arrival", { ...access, conflist: "10-flannel.conflist" }, { dependsOn: flannel.daemonSet });
 * ```
 */
export class Arrival extends pulumi.ComponentResource {
  /** One for each node. */
  readonly commands: readonly NodeCommand[];

  constructor(name: string, args: ArrivalArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:Arrival", name, {}, opts);
    const { nodes, kubeconfig, conflist, recreatePods = true, podSeconds = 180, nodeSeconds = 60 } = args;
    this.commands = nodes.map((node) =>
      node.shell.command(
        `${name}-${node.name}`,
        {
          create: {
            text: arrivalScript({ pods: podSeconds, node: nodeSeconds }),
            args: [node.name, conflist, ...(recreatePods ? [] : [keepPods])],
          },
          stdin: pulumi.secret(kubeconfig),
          triggers: [node.id ?? node.name],
          logging: "stderr",
        },
        { parent: this, deletedWith: node.machine },
      ),
    );
    this.registerOutputs({});
  }
}
