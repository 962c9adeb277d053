import { systemNamespace } from "../../cluster/system-namespace";

/** Where a cluster keeps which CNI it is to have; scripts on nodes read it when a CNI leaves. */
export const desiredCni = { namespace: systemNamespace, name: "cni-lab-cni", key: "cni" } as const;

/** Further keys there: what a swap is to leave undone. Each is absent, or has the value `off`. */
export const leftUndone = { nodeCleanup: "nodeCleanup", recreatePods: "recreatePods" } as const;

/** A further key there: the network of a CNI that has no DaemonSet to tell it. */
export const desiredNetwork = "network";

/**
 * A further key there: DaemonSets of CNIs that the cluster had when it was adopted, a JSON list. They are somebody's, so
 * they are not marked themselves.
 */
export const foundCnis = "found";

/** What the list says of each: what the marks of a CNI's DaemonSet say, and which DaemonSet it is. */
export interface FoundMarks {
  readonly namespace: string;
  readonly name: string;
  readonly cni: string;
  readonly network: string;
  readonly conflist: string;
}

/** What a CNI's DaemonSet tells the scripts of a swap about the CNI. */
export const cniMarks = {
  /** Label: which CNI it is. */
  cni: "cni-lab/cni",
  /** Annotation: the network that its pods have addresses of. */
  network: "cni-lab/network",
  /** Annotation: the file that it writes into the folder of the conflists. */
  conflist: "cni-lab/conflist",
} as const;

/**
 * Annotation of every object of a CNI: which version of the wish for it made it. Going back in a swap changes it, so that
 * an object is made anew which a killed engine had deleted without recording that.
 */
export const wishMark = "cni-lab/wish";

/** Annotation of a pod whose network was taken away under it: its address means nothing any more. */
export const cutOffMark = "cni-lab/cut-off";

/** Annotation of a node that a swap has cordoned: only then does a swap uncordon it. */
export const cordonMark = "cni-lab/cordoned";

/**
 * A link to the conflist that this node is to use, from its first CNI to its last one. It sorts before those of all CNIs,
 * and its name stays the same over a swap: Multus delegates to a file by its name, and follows no other.
 */
export const chosenConflist = "05-cni-lab.conflist";

/** The marks of a CNI's DaemonSet, as its metadata holds them. */
export function cniMetadata<Network>(cni: string, network: Network, conflist: string) {
  return {
    labels: { [cniMarks.cni]: cni },
    annotations: { [cniMarks.network]: network, [cniMarks.conflist]: conflist },
  };
}

/** Where a node keeps what it was like before its first CNI, and what each CNI may leave. */
export const nodeRecords = "/var/lib/cni-lab";
