import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../../lib/user-error";
import type { FieldMap } from "../args/fields";
import type { Cluster } from "../cluster/cluster";
import type { ForwardingArgs } from "../cluster/forwarding";
import type { NodeAccess, ReachableNode } from "../cluster/node-access";
import type { NodeIdsArgs } from "../cluster/node-ids";
import type { NodeNetwork } from "../cluster/node-state/vagrant";
import type { KubernetesResource } from "./kubernetes-object";
import type { CniNeeds } from "./needs";

/** What of a stack's settings a CNI may ask for, beside those of its own keys. */
export interface StackSettings {
  readonly stack: string;
  readonly nodeImage: pulumi.Input<string>;
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
  /** What its arguments may hold. */
  readonly fields: FieldMap;
  /** Whether it can be made on nodes only that one can work on. @default false */
  readonly needsAccess?: true;
  /** What is wrong with its arguments, all of them plain. */
  problemsOf(args: pulumi.Unwrap<Args>): readonly Problem[];
  /** The network of its pods, where its arguments name one. */
  networkOf(args: Args): pulumi.Input<string> | undefined;
  /** What it needs of the nodes, and of what is between them. */
  needsOf(args: Args): pulumi.Output<CniNeeds>;
  /** Its arguments, as a stack's settings have them; what it needs beside the cluster is made here. */
  choose(settings: StackSettings & Own, cluster: Pick<Cluster, "lans" | "nodes">): Args;
  /** What must be on the nodes before it comes, with a stack's settings. @default nothing */
  prepare?(
    settings: StackSettings & Own,
    nodes: readonly (ReachableNode & { readonly address: pulumi.Input<string> })[],
    opts: pulumi.ComponentResourceOptions,
  ): readonly pulumi.Resource[];
  /**
   * Makes it.
   *
   * @param args with how to work on the nodes, where somebody has given that
   * @param marks annotations of all its objects in the cluster
   */
  install(
    name: string,
    args: Args & Partial<NodeAccess>,
    opts: pulumi.ComponentResourceOptions,
    marks: Marks,
  ): Installed;
  /**
   * Makes what is beside it where nodes can be worked on.
   *
   * @param cni the name of the `Cni`
   * @param retain whether it stays when the program ends
   * @default nothing
   */
  beside?(cni: string, access: NodeAccess, opts: pulumi.CustomResourceOptions, retain: boolean): void;
}

/** A CNI that is made. */
export interface Installed {
  /** Once these exist, pods get addresses. */
  readonly ready: readonly pulumi.Resource[];
  /** All of its objects in the cluster, in the order in which they are made. @default it has none */
  readonly objects?: readonly KubernetesResource[];
}

/** Annotations of a CNI's objects, by which they change with something else. */
export type Marks = Readonly<Record<string, pulumi.Input<string>>>;
