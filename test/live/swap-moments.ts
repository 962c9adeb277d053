import { setTimeout as sleep } from "node:timers/promises";
import type { Swappable } from "./only-cni";
import type { Moment } from "./swap-cells";

/** The node that a swap moves first. */
export const firstNode = "n2";

/** A pod that has, or is to have, an address of a CNI's. */
export interface PodFact {
  readonly node: string | undefined;
  /** The CNI of whose network its address is; `undefined` while it has none. */
  readonly cni: Swappable | undefined;
  readonly leaving: boolean;
}

/** How far a DaemonSet is. */
export interface Rollout {
  readonly leaving: boolean;
  /** Whether the pods of its latest version are ready on every node. */
  readonly complete: boolean;
}

/** A swap's scripts on a node, by the CNI that leaves. */
export type SwapScript = "handover" | "clean";

/**
 * What a swap has come to, as the API server, a node's files and its processes have it. Nothing here was said by an
 * engine or a plugin: their words change from version to version.
 */
export interface SwapFacts {
  /** The CNI that the cluster is to have. */
  readonly desired: string | undefined;
  readonly daemonSets: Readonly<Partial<Record<Swappable, Rollout>>>;
  readonly pods: readonly PodFact[];
  /** The node that is moved first; `undefined` while it does not run. */
  readonly node:
    | {
        /** Those whose conflist is there. */
        readonly conflists: readonly Swappable[];
        /** The one whose conflist the runtime uses. */
        readonly inForce: Swappable | undefined;
        /** Those for which a script runs. */
        readonly scripts: Readonly<Record<SwapScript, readonly Swappable[]>>;
      }
    | undefined;
}

/** From one CNI to the other. */
export interface Way {
  readonly from: Swappable;
  readonly to: Swappable;
}

const moving = ({ pods }: SwapFacts) => pods.filter(({ node, cni }) => node === firstNode && cni !== undefined);

/** What is so at a moment of a swap, and neither long before nor long after it. */
export const isMoment: Readonly<Record<Moment, (seen: SwapFacts, way: Way) => boolean>> = {
  "new-applied": ({ daemonSets }, { to }) => daemonSets[to]?.complete === false,
  "new-ready": ({ daemonSets, node }, { from, to }) => daemonSets[to]?.complete === true && node?.inForce === from,
  "first-node-moving": (seen, { from, to }) =>
    seen.node?.scripts.handover.includes(from) === true &&
    moving(seen).some(({ cni }) => cni === from) &&
    moving(seen).some(({ cni, leaving }) => cni === to || leaving),
  "first-node-moved": (seen, { from, to }) =>
    seen.node?.inForce === to &&
    !seen.node.scripts.handover.includes(from) &&
    moving(seen).length > 0 &&
    moving(seen).every(({ cni }) => cni === to) &&
    seen.daemonSets[from]?.leaving === false,
  "old-deleted": ({ daemonSets, node }, { from, to }) =>
    daemonSets[from] === undefined &&
    daemonSets[to]?.complete === true &&
    node?.conflists.includes(from) === true &&
    !node.scripts.clean.includes(from),
  "mid-clean": ({ node }, { from }) => node?.scripts.clean.includes(from) === true && !node.conflists.includes(from),
};

/** The CNI that a cluster rests on: the one that it is to have, and no other; `undefined` in the middle of a swap. */
export function restsOn({ desired, daemonSets, pods, node }: SwapFacts): Swappable | undefined {
  const [cni, ...others] = Object.keys(daemonSets) as Swappable[];
  const alone = cni === desired && others.length === 0 && node?.inForce === cni && node?.conflists.length === 1;
  const whole = cni !== undefined && daemonSets[cni]?.complete === true;
  return alone && whole && pods.every((pod) => pod.cni === cni && !pod.leaving) ? cni : undefined;
}

/** How long to wait, and when it is in vain. */
export interface Waiting {
  readonly seconds: number;
  /** Why what is waited for can't come any more. @default it always can */
  readonly over?: () => string | undefined;
  /** Seconds between two looks. @default 0.05 */
  readonly pause?: number;
}

/**
 * Looks until it finds what it looks for, and gives that.
 *
 * @param what what is waited for, for the error
 * @param look gives nothing where nothing could be seen
 * @param find gives nothing while it is not so yet
 * @throws Error that says what did not come, why no longer, and what was seen last
 */
export async function untilSeen<Seen, Found>(
  what: string,
  look: () => Promise<Seen | undefined>,
  find: (seen: Seen) => Found | undefined,
  { seconds, over = () => undefined, pause = 0.05 }: Waiting,
): Promise<Found> {
  const end = Date.now() + seconds * 1_000;
  let last: Seen | undefined;
  for (;;) {
    // Asked before the look: what came just before the end is seen still.
    const why = over() ?? (Date.now() > end ? `not within ${seconds} s` : undefined);
    const seen = await look();
    const found = seen === undefined ? undefined : find(seen);
    if (found !== undefined) return found;
    last = seen ?? last;
    if (why !== undefined) {
      throw new Error(`${what} did not come: ${why}; last seen: ${JSON.stringify(last) ?? "nothing"}`);
    }
    await sleep(pause * 1_000);
  }
}
