import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../components/cluster/cluster";

/**
 * Options for a component inside the cluster: its children are made through the cluster's API once `after` exists,
 * and go with the control plane, so that taking a lab down needs no API server and no time.
 *
 * Each child names `after` itself: a component's own dependencies hold its children back on creation,
 * but the engine does not record them, and deletes in the order of what it has recorded.
 */
export function inside(cluster: Cluster, after: readonly pulumi.Resource[]): pulumi.ComponentResourceOptions {
  return {
    provider: cluster.provider,
    transformations: [
      ({ props, opts }) => ({
        props,
        opts: pulumi.mergeOptions(opts, {
          deletedWith: opts.deletedWith ?? cluster.controlPlane,
          dependsOn: [...after],
        }),
      }),
    ],
  };
}
