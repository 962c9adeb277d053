/** How the probe is found in the cluster: by what makes it, and by what looks through it. */
export const probeNames = {
  namespace: "cni-lab",
  /** Of the DaemonSet, the Service, and the label `app.kubernetes.io/name` of both's pods. */
  name: "probe",
  container: "probe",
  /** Of the Service. */
  port: 80,
} as const;
