/**
 * The recommended labels of Kubernetes for an object of the lab
 * (https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/).
 */
export function labels(name: string, instance: string): Record<string, string> {
  return {
    "app.kubernetes.io/name": name,
    "app.kubernetes.io/instance": instance,
    "app.kubernetes.io/part-of": "cni-lab",
    "app.kubernetes.io/managed-by": "pulumi",
  };
}

/** The labels by which a workload's selector finds its pods: they never change. */
export function selector(name: string, instance: string): Record<string, string> {
  return { "app.kubernetes.io/name": name, "app.kubernetes.io/instance": instance };
}
