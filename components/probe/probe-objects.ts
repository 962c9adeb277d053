import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { labels, selector } from "../../lib/labels";
import { probeNames } from "./probe-names";
import { leavesService, probePod } from "./probe-pod";

/** A cluster has one probe: its objects have fixed names. */
const instance = "probe";

/** What the probe is made of, beside its namespace. */
interface ProbeObjects {
  readonly service: k8s.types.input.core.v1.Service;
  /** The first and the second pod of each node. */
  readonly daemonSets: readonly [k8s.types.input.apps.v1.DaemonSet, k8s.types.input.apps.v1.DaemonSet];
}

/** The labels of the probe's namespace. */
export const probeLabels: Record<string, string> = labels(probeNames.name, instance);

/** @param annotations of each of them */
export function probeObjects(
  image: pulumi.Input<string>,
  namespace: pulumi.Input<string>,
  annotations?: pulumi.Input<Record<string, pulumi.Input<string>>>,
): ProbeObjects {
  const metadata = { name: probeNames.name, namespace, labels: probeLabels };
  const daemonSet = (name: string, pods: string): k8s.types.input.apps.v1.DaemonSet => ({
    metadata: { ...metadata, name, annotations },
    spec: {
      selector: { matchLabels: selector(probeNames.name, pods) },
      template: { metadata: { labels: labels(probeNames.name, pods) }, spec: probePod(image, leavesService) },
    },
  });
  return {
    service: {
      metadata: { ...metadata, annotations },
      spec: {
        selector: selector(probeNames.name, instance),
        ports: [{ name: "http", port: probeNames.port, targetPort: probeNames.containerPort }],
      },
    },
    daemonSets: [daemonSet(probeNames.name, instance), daemonSet(probeNames.second, `${instance}-second`)],
  };
}
