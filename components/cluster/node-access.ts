import type * as pulumi from "@pulumi/pulumi";
import type { NodeShell } from "./node-shell";

/** A node that scripts may run on. */
export interface ReachableNode {
  /** The node's name in Kubernetes. */
  readonly name: string;
  readonly shell: NodeShell;
  /** By which the other nodes reach it. @default they can't be told that it leaves */
  readonly address?: string;
  /** Tells this very node from another one of the same name, made later. @default the name alone does */
  readonly id?: pulumi.Input<string>;
  /** What the node goes with: nothing is undone on it then. @default the node outlives everything */
  readonly machine?: pulumi.Resource;
}

/**
 * What it takes to work on the nodes of a cluster. They need kubectl, jq, flock, ip, iptables and conntrack.
 */
export interface NodeAccess {
  /** All nodes, the control plane first: it is the last one that a swap moves. */
  readonly nodes: readonly ReachableNode[];
  /** Of an administrator, with a server that nodes can reach; passed to scripts as a secret. */
  readonly kubeconfig: pulumi.Input<string>;
}
