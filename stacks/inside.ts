import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** A cluster, as what is inside it sees it: one of the lab's, or one that somebody has made. */
export interface AnyCluster {
  readonly provider: k8s.Provider;
  /** Of a cluster that goes with the stack. */
  readonly controlPlane?: pulumi.Resource;
}

/**
 * Options for what is inside the cluster: it is made through the cluster's API once `after` exists, and goes with the
 * control plane, so that taking a lab down needs no API server and no time. A component hands both on to its children.
 */
export function inside(cluster: AnyCluster, after: readonly pulumi.Resource[]): pulumi.ComponentResourceOptions {
  return { provider: cluster.provider, dependsOn: [...after], deletedWith: cluster.controlPlane };
}
