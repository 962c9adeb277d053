import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels, selector } from "../lib/labels";
import { probeNames } from "../lib/probe-names";
import { images } from "../lib/versions";

export interface ProbeArgs {
  /** An image with curl, ping, dig, socat and tcpdump, whose entrypoint answers HTTP on port 8080. @default the lab's own */
  readonly image?: string;
  /** Leave the pods' readiness to whoever looks at them: where a lab has no network, they never become ready. @default false */
  readonly skipAwait?: boolean;
}

const { containerPort } = probeNames;

/** Seconds an ended pod goes on answering, and the time it has in all; the pod leaves the Service meanwhile. */
const grace = { serve: 3, total: 10 } as const;

/**
 * Two pods on each node and a Service over the first: from where checks look at the network, and at what.
 * The second shows what reaches another pod of the same node.
 */
export class Probe extends pulumi.ComponentResource {
  constructor(name: string, args: ProbeArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:Probe", name, {}, opts);
    const parent = { parent: this };
    const namespace = new k8s.core.v1.Namespace(
      `${name}-namespace`,
      { metadata: { name: probeNames.namespace, labels: labels(probeNames.name, name) } },
      parent,
    );
    const metadata = {
      name: probeNames.name,
      namespace: namespace.metadata.name,
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
              spec: podSpec(args.image ?? images.probe),
            },
          },
        },
        parent,
      );
    }
    this.registerOutputs({});
  }
}

function podSpec(image: string): k8s.types.input.core.v1.PodSpec {
  return {
    terminationGracePeriodSeconds: grace.total,
    // Checks need no rights on the API; a lab's programs should not find any lying about.
    automountServiceAccountToken: false,
    containers: [
      {
        name: probeNames.container,
        image,
        ports: [{ name: "http", containerPort }],
        env: [
          { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
          { name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
          { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
          { name: "SHUTDOWN_SECONDS", value: String(grace.serve) },
        ],
        readinessProbe: { httpGet: { path: "/healthz", port: containerPort }, periodSeconds: 1 },
        securityContext: { capabilities: { add: ["NET_ADMIN", "NET_RAW"] } },
        // Less of the processor than its nodes' programs have, and on a busy machine meters would see that, not the network.
        resources: { requests: { cpu: "100m", memory: "16Mi" } },
      },
    ],
  };
}

function skipAwait(args: ProbeArgs): Record<string, string> | undefined {
  return args.skipAwait === true ? { "pulumi.com/skipAwait": "true" } : undefined;
}
