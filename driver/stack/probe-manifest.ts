import { shellName, shellPodSpec } from "../../components/cluster/shell/scripts";
import { probeNames } from "../../components/probe/probe-names";
import { probeLabels, probeObjects } from "../../components/probe/probe-objects";

/** What is put on a cluster that has no probe of its own. */
export interface ProbePlan {
  /** With the probe's programs, which the nodes have or can pull. */
  readonly image: string;
  /** The image of a pod for each node through which commands run there. @default ssh reaches the nodes */
  readonly shellImage?: string;
}

/** The probe as kubectl takes it, with its namespace. */
export function probeManifest({ image, shellImage }: ProbePlan): string {
  const { service, daemonSets } = probeObjects(image, probeNames.namespace);
  const items = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: probeNames.namespace, labels: namespaceLabels } },
    { apiVersion: "v1", kind: "Service", ...service },
    ...daemonSets.map((daemonSet) => ({ apiVersion: "apps/v1", kind: "DaemonSet", ...daemonSet })),
    ...(shellImage === undefined ? [] : [shells(shellImage)]),
  ];
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}

/** The probe's pods have more capabilities than the other levels allow. */
const namespaceLabels = { ...probeLabels, "pod-security.kubernetes.io/enforce": "privileged" };

function shells(image: string): object {
  const labels = { "app.kubernetes.io/name": shellName, "app.kubernetes.io/part-of": "cni-lab" };
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: shellName, namespace: probeNames.namespace, labels },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: shellPodSpec(image) } },
  };
}
