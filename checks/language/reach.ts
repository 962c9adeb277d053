import type { Role } from "../../components/networks/names";

/** Who sends to whom. `pods` do by the cluster's network, `nodes` by the LAN and without it, `net1-*` are pods by net1. */
export type Between = "pods" | "nodes" | `net1-${Role}` | "pod-and-replica";

/** What is sent. A `large-ping` is as large as the sender's interface lets leave, and must not be cut. */
export type By = "ping" | "large-ping" | "udp" | "tcp" | "multicast";

/** What a check shows of who reaches whom; between which two is told by its subjects. */
export interface Reach {
  readonly between: Between;
  readonly by: By;
  /** The group or the port that is sent to. @default none that matters */
  readonly to?: string;
  /** How many are sent at each try. */
  readonly sent: number;
  /** The value that counts, in digits, how many of them arrived; with anything else in it nobody can tell. */
  readonly arrived: string;
}

/** Why a check shows nothing of who reaches whom, although it sends packets. */
export interface NoReach {
  readonly none: string;
}

/** Where the two are. */
export type Where = "across nodes" | "same node" | "between replicas";

/** What of it is kept of a run. */
export type ShownReach = Reach & { readonly where: Where };
