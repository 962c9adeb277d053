import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { awaitAnnotations } from "../args/await";
import { type FieldsOf, flag, required, text } from "../args/fields";
import { recorded, takeArgs } from "../args/take";
import { probeNames } from "./probe-names";
import { probeLabels, probeObjects } from "./probe-objects";

export interface ProbeArgs {
  /** An image with curl, ping, dig, socat and tcpdump, whose entrypoint answers HTTP on port 8080. */
  readonly image: pulumi.Input<string>;
  /** Leave the pods' readiness to whoever looks at them: where a lab has no network, they never become ready. @default false */
  readonly skipAwait?: pulumi.Input<boolean>;
}

const fields: FieldsOf<ProbeArgs> = { image: required(text), skipAwait: flag };

/**
 * Two pods on each node and a Service over the first: from where checks look at the network, and at what.
 * The second shows what reaches another pod of the same node.
 *
 * @throws pulumi.ResourceError if an argument has the wrong shape.
 *
 * @example
 * ```ts
 * new Probe("probe", { image }, { provider, dependsOn: flannel.daemonSet });
 * ```
 */
export class Probe extends pulumi.ComponentResource {
  /** Where the probe is, and what is looked at through pods like its own. */
  readonly namespace: k8s.core.v1.Namespace;

  constructor(name: string, args: ProbeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:Probe", name, recorded(args, fields), opts);
    const { own } = takeArgs(this, args, fields, opts);
    this.namespace = new k8s.core.v1.Namespace(
      `${name}-namespace`,
      { metadata: { name: probeNames.namespace, labels: probeLabels } },
      own,
    );
    const { service, daemonSets } = probeObjects(
      args.image,
      this.namespace.metadata.name,
      awaitAnnotations(args.skipAwait),
    );
    new k8s.core.v1.Service(`${name}-service`, service, own);
    const [first, second] = daemonSets;
    new k8s.apps.v1.DaemonSet(`${name}-daemonset`, first, own);
    new k8s.apps.v1.DaemonSet(`${name}-second-daemonset`, second, own);
    this.registerOutputs({ namespace: this.namespace });
  }
}
