import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../../lib/user-error";
import { wholeNumberProblems } from "../args/rules";
import { commandOn, type NodeAccess, type ReachableNode } from "./node-access";
import { commandForMany } from "./shell/command-for-many";
import type { NodeCommand, NodeCommandArgs } from "./shell/node-shell";
import type { Turns } from "./shell/scripts";

/** Nodes that one resource stands for, in their order. */
export type Batch = readonly [ReachableNode, ...ReachableNode[]];

/** Nodes, and how many of them one resource stands for. */
export type BatchedNodes = Pick<NodeAccess, "nodes" | "nodesPerResource">;

/** What is wrong with that number. */
export function batchProblems({ nodesPerResource }: Pick<BatchedNodes, "nodesPerResource">): Problem[] {
  return wholeNumberProblems("nodesPerResource", nodesPerResource, 1, 100);
}

/** The nodes in batches of that size. A node that goes with a resource of its own is alone, as one whose shell can't share. */
export function batchesOf(nodes: readonly ReachableNode[], size = 1): Batch[] {
  const batches: [ReachableNode, ...ReachableNode[]][] = [];
  for (const node of nodes) {
    const last = batches.at(-1);
    if (last !== undefined && last.length < size && canShare(last[0]) && canShare(node)) {
      last.push(node);
    } else {
      batches.push([node]);
    }
  }
  return batches;
}

const canShare = ({ shell, id, machine }: ReachableNode) =>
  shell.plan !== undefined && id === undefined && machine === undefined;

/** A command on each of the nodes: as one resource. */
export function commandOnBatch(
  batch: Batch,
  name: string,
  argsOf: (node: ReachableNode) => NodeCommandArgs,
  turns: Turns,
  opts: pulumi.CustomResourceOptions,
): NodeCommand {
  const [first, ...others] = batch;
  if (others.length === 0) {
    return commandOn(first, `${name}-${first.name}`, argsOf(first), opts);
  }
  const parts = batch.flatMap((node) => {
    const args = argsOf(node);
    const plan = node.shell.plan?.(args);
    return plan === undefined ? [] : [{ args, plan }];
  });
  return commandForMany(`${name}-${first.name}+${others.length}`, parts, turns, opts);
}

/** A command on each of the nodes, side by side: as many resources as there are batches. */
export function commandsOn(
  { nodes, nodesPerResource }: BatchedNodes,
  name: string,
  argsOf: (node: ReachableNode) => NodeCommandArgs,
  opts: pulumi.CustomResourceOptions,
): NodeCommand[] {
  return batchesOf(nodes, nodesPerResource).map((batch) => commandOnBatch(batch, name, argsOf, "side by side", opts));
}
