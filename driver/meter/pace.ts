/** How much a meter asks. */
export interface Pace {
  /** Between two probes of a target, in ms. */
  readonly everyMs: number;
  /** How many of the other nodes' pods each node asks. */
  readonly others: number;
}

/** The least time between two probes of a target, in ms: what is lost in less is no outage that a client would see. */
export const leastEveryMs = 100;

/** The most that may be asked for, in ms: in more, a swap of a node would pass unseen. */
export const mostEveryMs = 10_000;

/** So many other nodes are asked from each: on more nodes, all pairs would be a load of their own. */
const mostOthers = 5;

/** So many probes a second are sent in the whole cluster: each becomes a line that this machine reads. */
const mostPerSecond = 500;

/** The Service and DNS. */
const fixedTargets = 2;

/**
 * The pace of a meter on so many nodes: ten times a second and all pairs on up to six, and never more than 500 probes a
 * second together.
 *
 * @param everyMs at least so long between two probes of a target. @default 100
 */
export function paceOf(nodes: number, everyMs = leastEveryMs): Pace {
  const others = Math.min(nodes - 1, mostOthers);
  const targets = nodes * (others + fixedTargets);
  return { everyMs: Math.max(everyMs, Math.ceil((1000 * targets) / mostPerSecond)), others };
}

/** Those whose pods a node asks: the ones that come after it, so that each node is asked by as many. */
export function othersOf(node: string, nodes: readonly string[], { others }: Pace): readonly string[] {
  const from = nodes.indexOf(node) + 1;
  return [...nodes.slice(from), ...nodes.slice(0, from - 1)].slice(0, others);
}
