import type * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../cluster/cluster";
import type { ForwardingArgs } from "../cluster/forwarding";
import type { NodeAccess, ReachableNode } from "../cluster/node-access";
import type { NodeIdsArgs } from "../cluster/node-ids";
import type { NodeNetwork } from "../cluster/node-state/vagrant";

/** What of a stack's settings a CNI may ask for, beside those of its own keys. */
export interface StackSettings {
  readonly stack: string;
  readonly nodeImage: string;
  readonly lanCidr: string;
  readonly podCidr: string;
  readonly nodeNetwork: NodeNetwork;
  readonly machineId: NonNullable<NodeIdsArgs["ids"]>;
  readonly forwardRules: NonNullable<ForwardingArgs["rules"]>;
}

/**
 * How a CNI is made: the half of it that needs Pulumi. Its definition lies in the same folder.
 *
 * @typeParam Own its settings, by its config keys
 */
export interface CniInstaller<Args extends object, Own extends object> {
  /** The network of its pods, where its arguments name one. */
  networkOf(args: Args): string | undefined;
  /** Its arguments, as a stack's settings have them; what it needs beside the cluster is made here. */
  choose(settings: StackSettings & Own, cluster: Pick<Cluster, "lans" | "nodes">): Args;
  /** What must be on the nodes before it comes, with a stack's settings. @default nothing */
  prepare?(
    settings: StackSettings & Own,
    nodes: readonly (ReachableNode & { readonly address: string })[],
    opts: pulumi.ComponentResourceOptions,
  ): readonly pulumi.Resource[];
  /**
   * Makes it. Once what it returns exists, pods get addresses.
   *
   * @param access how to work on the nodes; undefined where nobody has given that
   * @param teller whose error it is where it can't be made so
   * @throws pulumi.ResourceError
   */
  install(
    name: string,
    args: Args,
    access: NodeAccess | undefined,
    opts: pulumi.ComponentResourceOptions,
    teller: pulumi.Resource,
  ): pulumi.Resource[];
  /** Makes what is beside it where nodes can be worked on. @default nothing */
  beside?(access: NodeAccess, opts: pulumi.ComponentResourceOptions): void;
}
