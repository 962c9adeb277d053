/** Up to so many nodes each may have resources of its own: an update takes some seconds more for them. */
const few = 20;

/** So many resources of a kind a stack has with more nodes: what Pulumi takes for them grows with their square. (bench/results/many-nodes.md) */
const resources = 10;

/** The most that `nodesPerResource` may be. */
const most = 100;

/** How many nodes one resource stands for on a cluster of so many, so that an update grows no faster than they do. */
export function nodesPerResource(nodes: number): number {
  return nodes <= few ? 1 : Math.min(most, Math.max(10, Math.ceil(nodes / resources)));
}
