/** One command that was run: what, how it ended and what it printed. */
export interface Ran {
  /** The words that were run, program first, as one would type them on this machine. */
  readonly argv: readonly string[];
  /** Exit code of the command; 124, as timeout(1) has it, when `timeoutMs` ended it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** How long it ran, in milliseconds. */
  readonly ms: number;
}

/** Limits on one command. */
export interface RunOptions {
  /** Ends the command, and all it started, when aborted; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Ends the command after so many milliseconds, with exit code 124. */
  readonly timeoutMs?: number;
}

/** A node of the cluster that is looked at. */
export interface NodeInfo {
  /** Its Kubernetes name, such as `n1`. */
  readonly name: string;
  /** The container it is, such as `cni-lab-flannel-n1`. */
  readonly container: string;
  /** Its address on the lab's LAN. */
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
