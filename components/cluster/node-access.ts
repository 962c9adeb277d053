import type * as pulumi from "@pulumi/pulumi";
import { anything, group, list, made, number, passed, plain, required, text } from "../args/fields";
import type { NodeCommand, NodeCommandArgs, NodeShell } from "./shell/node-shell";

/** A node that scripts may run on. */
export interface ReachableNode {
  /** The node's name in Kubernetes, and a part of the names of resources. */
  readonly name: string;
  readonly shell: NodeShell;
  /** By which the other nodes reach it. @default they can't be told that it leaves */
  readonly address?: pulumi.Input<string>;
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
  /**
   * How many nodes one resource of the program stands for. Pulumi writes its whole state at each step, so that more than
   * some tens of resources make it slow: with 10, 100 nodes have 46 of them. A node that is a resource of
   * the program, as containers are, has its own in any case. One that is taken out of the list is not cleaned. @default 1
   */
  readonly nodesPerResource?: number;
}

/** A node among the arguments of a component; some know more of themselves. */
export const nodeField = group({
  name: required(plain(text)),
  shell: required(made("a shell, such as an SshShell", "command")),
  address: passed(text),
  id: anything,
  machine: anything,
});

export const nodesField = list(nodeField);

export const accessFields = {
  nodes: required(nodesField),
  kubeconfig: required(anything),
  nodesPerResource: plain(number),
} as const;

/** A command on a node: replaced with it, and gone with it, as nothing can be undone on a node that is gone. */
export function commandOn(
  node: ReachableNode,
  name: string,
  args: NodeCommandArgs,
  opts: pulumi.CustomResourceOptions,
): NodeCommand {
  const triggers = [node.id ?? node.name, ...(args.triggers ?? [])];
  const deletedWith = node.machine ?? opts.deletedWith;
  return node.shell.command(name, { ...args, triggers }, { ...opts, deletedWith });
}
