import type { RunOptions } from "../../lib/ran";

/** An object of the cluster, as its API gives it; of what is in it nothing is certain. */
export interface AnyObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  // biome-ignore lint/suspicious/noExplicitAny: objects of many kinds, from clusters of any make
  readonly [key: string]: any;
}

interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly { readonly kind: string; readonly name: string; readonly uid: string }[];
}

/** The kinds that are read, all of them in all namespaces. */
export const readKinds = [
  "nodes",
  "namespaces",
  "pods",
  "daemonsets.apps",
  "deployments.apps",
  "statefulsets.apps",
  "services",
  "configmaps",
  "serviceaccounts",
  "clusterroles.rbac.authorization.k8s.io",
  "clusterrolebindings.rbac.authorization.k8s.io",
  "roles.rbac.authorization.k8s.io",
  "rolebindings.rbac.authorization.k8s.io",
] as const;

/** All that was read of a cluster. */
export class ClusterObjects {
  constructor(readonly all: readonly AnyObject[]) {}

  of(kind: string): readonly AnyObject[] {
    return this.all.filter((object) => object.kind === kind);
  }

  find(kind: string, name: string, namespace?: string): AnyObject | undefined {
    return this.of(kind).find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  }
}

/** How the cluster is asked: kubectl's words, and what it prints. */
export type Kubectl = (args: readonly string[], options?: RunOptions) => Promise<string>;

/** Reads all of it in one call. */
export async function readObjects(kubectl: Kubectl): Promise<ClusterObjects> {
  const { items } = JSON.parse(await kubectl(["get", readKinds.join(","), "--all-namespaces", "--output", "json"]));
  return new ClusterObjects(items);
}
