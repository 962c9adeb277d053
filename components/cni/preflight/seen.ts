import type { Problem } from "../../../lib/user-error";
import type { CniNeeds } from "../needs";
import type { ClusterFacts } from "./cluster-facts";
import type { PortsHeard } from "./heard";
import type { NodeFacts } from "./node-facts";

/** The CNI that comes. */
export interface Coming {
  readonly cni: string;
  /** What people call it. */
  readonly title: string;
  /** The network of its pods. */
  readonly network: string;
  /** Its file in the folder of the conflists: nodes that have it have the CNI. */
  readonly conflist: string;
  /** The names of its links. */
  readonly links: readonly string[];
  /** Its programs, which may run on a node already, where an earlier swap was cut short. */
  readonly programs: readonly string[];
  readonly needs: CniNeeds;
  /** Whether nodes are given the images that they lack. */
  readonly carriesImages: boolean;
  /** Whether pods are moved to it. */
  readonly recreatePods: boolean;
}

/** All that is known beforehand. */
export interface Seen {
  readonly nodes: readonly NodeFacts[];
  /** The addresses by which nodes reach each other, by their names. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Nodes that could not be looked at. */
  readonly unseen: readonly string[];
  /** Absent where the cluster could not be asked. */
  readonly cluster: ClusterFacts | undefined;
  /** What nodes could not pull; absent where they did not try. */
  readonly pulls: readonly FailedPull[] | undefined;
  /** Absent where no packet was sent. */
  readonly ports: PortsHeard | undefined;
}

/** An image that a node can't have. */
export interface FailedPull {
  readonly node: string;
  readonly image: string;
  readonly why: string;
}

/** What was found. */
export interface Findings {
  /** What a swap would break on, or break. */
  readonly problems: readonly Problem[];
  /** What a swap costs, and what was not looked at. */
  readonly notes: readonly string[];
}
