import type { Ran, RunOptions } from "../../lib/ran";

/** A node of the cluster that is looked at. */
export interface NodeInfo {
  /** Its Kubernetes name, such as `n1`. */
  readonly name: string;
  /** The container it is, such as `cni-lab-flannel-n1`; absent for a machine. */
  readonly container?: string;
  /** By which the other nodes reach it. */
  readonly address: string;
}

/** A container of a pod. */
export interface PodTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** The kinds of object that are asked for as a whole. */
export type ObjectKind = "ConfigMap" | "DaemonSet" | "Pod" | "Service" | "StatefulSet";

/** What a check may touch. A command that fails resolves with its exit code; only an abort rejects. */
export interface ClusterAccess {
  readonly nodes: readonly NodeInfo[];
  /** Runs kubectl with these arguments against this cluster. */
  kubectl(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** All objects of these kinds, in all namespaces; nothing where they could not be had, and kubectl is to say why. */
  list?(kinds: readonly ObjectKind[], options?: RunOptions): Promise<readonly unknown[] | undefined>;
  /** Runs a command in a container of a pod, as `kubectl exec` does. */
  pod(target: PodTarget, argv: readonly string[], options?: RunOptions): Promise<Ran>;
  /** Runs a command on a node, as root. */
  node(name: string, argv: readonly string[], options?: RunOptions): Promise<Ran>;
  /** Runs a command in the container that is the DHCP server; resolves with nothing where the stack has none. */
  dhcpServer?(argv: readonly string[], options?: RunOptions): Promise<Ran | undefined>;
  /** Reads the log of that container, with these arguments of `podman logs`, as standard output. */
  dhcpLog?(args: readonly string[], options?: RunOptions): Promise<Ran | undefined>;
}
