import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels, selector } from "../../lib/labels";
import { images } from "../../lib/versions";
import { probeNames } from "./probe-names";
import { leavesService, probePod } from "./probe-pod";

export interface ProbeArgs {
  /** An image with curl, ping, dig, socat and tcpdump, whose entrypoint answers HTTP on port 8080. @default the lab's own */
  readonly image?: string;
  /** Leave the pods' readiness to whoever looks at them: where a lab has no network, they never become ready. @default false */
  readonly skipAwait?: boolean;
}

const { containerPort } = probeNames;

/**
 * Two pods on each node and a Service over the first: from where checks look at the network, and at what.
 * The second shows what reaches another pod of the same node.
 *
 * @example
 * ```ts
 * new Probe("probe", {}, { provider, dependsOn: flannel.daemonSet });
 * ```
 */
export class Probe extends pulumi.ComponentResource {
  /** Where the probe is, and what is looked at through pods like its own. */
  readonly namespace: k8s.core.v1.Namespace;

  constructor(name: string, args: ProbeArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:Probe", name, {}, opts);
    const parent = { parent: this };
    this.namespace = new k8s.core.v1.Namespace(
      `${name}-namespace`,
      { metadata: { name: probeNames.namespace, labels: labels(probeNames.name, name) } },
      parent,
    );
    const metadata = {
      name: probeNames.name,
      namespace: this.namespace.metadata.name,
      labels: labels(probeNames.name, name),
    };
    new k8s.core.v1.Service(
      `${name}-service`,
      {
        metadata: { ...metadata, annotations: skipAwait(args) },
        spec: {
          selector: selector(probeNames.name, name),
          ports: [{ name: "http", port: probeNames.port, targetPort: containerPort }],
        },
      },
      parent,
    );
    for (const [suffix, daemonSet, instance] of [
      ["daemonset", probeNames.name, name],
      ["second-daemonset", probeNames.second, `${name}-second`],
    ] as const) {
      new k8s.apps.v1.DaemonSet(
        `${name}-${suffix}`,
        {
          metadata: { ...metadata, name: daemonSet, annotations: skipAwait(args) },
          spec: {
            selector: { matchLabels: selector(probeNames.name, instance) },
            template: {
              metadata: { labels: labels(probeNames.name, instance) },
              spec: probePod(args.image ?? images.probe, leavesService),
            },
          },
        },
        parent,
      );
    }
    this.registerOutputs({});
  }
}

function skipAwait(args: ProbeArgs): Record<string, string> | undefined {
  return args.skipAwait === true ? { "pulumi.com/skipAwait": "true" } : undefined;
}
