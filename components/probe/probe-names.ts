/** How the probe is found in the cluster: by what makes it, and by what looks through it. */
export const probeNames = {
  namespace: "cni-lab",
  /** Of the DaemonSet, the Service, and the label `app.kubernetes.io/name` of both's pods. */
  name: "probe",
  /** Of the DaemonSet of each node's second pod; its pods sort behind the others by name. */
  second: "probe2",
  container: "probe",
  /** Of the Service. */
  port: 80,
  /** Of each pod. */
  containerPort: 8080,
} as const;
