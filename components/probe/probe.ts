import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels, selector } from "../../lib/labels";
import { images } from "../../lib/versions";
import { awaitAnnotations } from "../args/await";
import { type FieldsOf, flag, text } from "../args/fields";
import { recorded, takeArgs } from "../args/take";
import { probeNames } from "./probe-names";
import { leavesService, probePod } from "./probe-pod";

export interface ProbeArgs {
  /** An image with curl, ping, dig, socat and tcpdump, whose entrypoint answers HTTP on port 8080. @default the lab's own */
  readonly image?: pulumi.Input<string>;
  /** Leave the pods' readiness to whoever looks at them: where a lab has no network, they never become ready. @default false */
  readonly skipAwait?: pulumi.Input<boolean>;
}

const fields: FieldsOf<ProbeArgs> = { image: text, skipAwait: flag };

/** A cluster has one probe: its objects have fixed names. */
const instance = "probe";

const { containerPort } = probeNames;

/**
 * Two pods on each node and a Service over the first: from where checks look at the network, and at what.
 * The second shows what reaches another pod of the same node.
 *
 * @throws pulumi.ResourceError if an argument has the wrong shape.
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
    super("cni-lab:index:Probe", name, recorded(args, fields), opts);
    const { own } = takeArgs(this, args, fields, opts);
    this.namespace = new k8s.core.v1.Namespace(
      `${name}-namespace`,
      { metadata: { name: probeNames.namespace, labels: labels(probeNames.name, instance) } },
      own,
    );
    const metadata = {
      name: probeNames.name,
      namespace: this.namespace.metadata.name,
      labels: labels(probeNames.name, instance),
    };
    new k8s.core.v1.Service(
      `${name}-service`,
      {
        metadata: { ...metadata, annotations: awaitAnnotations(args.skipAwait) },
        spec: {
          selector: selector(probeNames.name, instance),
          ports: [{ name: "http", port: probeNames.port, targetPort: containerPort }],
        },
      },
      own,
    );
    for (const [suffix, daemonSet, pods] of [
      ["daemonset", probeNames.name, instance],
      ["second-daemonset", probeNames.second, `${instance}-second`],
    ] as const) {
      new k8s.apps.v1.DaemonSet(
        `${name}-${suffix}`,
        {
          metadata: { ...metadata, name: daemonSet, annotations: awaitAnnotations(args.skipAwait) },
          spec: {
            selector: { matchLabels: selector(probeNames.name, pods) },
            template: {
              metadata: { labels: labels(probeNames.name, pods) },
              spec: probePod(args.image ?? images.probe, leavesService),
            },
          },
        },
        own,
      );
    }
    this.registerOutputs({ namespace: this.namespace });
  }
}
