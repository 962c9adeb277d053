import type * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../components/cluster/cluster";

/**
 * Options for what is inside the cluster: it is made through the cluster's API once `after` exists, and goes with the
 * control plane, so that taking a lab down needs no API server and no time. A component hands both on to its children.
 */
export function inside(cluster: Cluster, after: readonly pulumi.Resource[]): pulumi.ComponentResourceOptions {
  return { provider: cluster.provider, dependsOn: [...after], deletedWith: cluster.controlPlane };
}
