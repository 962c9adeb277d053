import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels, selector } from "../../lib/labels";
import { images } from "../../lib/versions";
import { type FieldsOf, number, text } from "../args/fields";
import type { Inputs } from "../args/inputs";
import { recorded, takeArgs } from "../args/take";
import { type DhcpTries, dhcpDaemonCommand, dhcpReadyCommand, triesProblems } from "./dhcp-daemon";
import { networkDaemons } from "./names";

export interface CniDhcpArgs extends Inputs<DhcpTries> {
  /** An image with the dhcp plugin at /usr/bin/dhcp, curl and a shell. @default "localhost/cni-lab/cni-dhcp:v1.9.1-release" */
  readonly image?: pulumi.Input<string>;
}

const fields: FieldsOf<CniDhcpArgs> = {
  timeoutSeconds: number,
  resendMaxSeconds: number,
  resendTimeoutSeconds: number,
  image: text,
};

/** A cluster has one such daemon: its objects have fixed names. */
const instance = "cni-dhcp";

/** Folders of a node that the daemon works in, at the same place. */
const hostPaths = { socket: "/run/cni", netns: "/run/netns" } as const;

/**
 * The daemon of the dhcp plugin, on every node: it asks for each pod's address, renews it, and gives it back. What it
 * has leased it keeps in its memory: after a restart nobody renews the addresses of the pods that are there.
 *
 * @throws pulumi.ResourceError if a time is not a whole number of seconds, at least 1.
 *
 * @example
 * ```ts
 * const dhcp = new CniDhcp("dhcp", { timeoutSeconds: 5 }, { provider });
 * ```
 */
export class CniDhcp extends pulumi.ComponentResource {
  /** Ready when the daemon answers on every node that the cluster has at that time. */
  readonly daemonSet: k8s.apps.v1.DaemonSet;

  constructor(name: string, args: CniDhcpArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:CniDhcp", name, recorded(args, fields), opts);
    const { own } = takeArgs(this, args, fields, opts, triesProblems);
    const { namespace, dhcp } = networkDaemons;
    this.daemonSet = new k8s.apps.v1.DaemonSet(
      `${name}-daemonset`,
      {
        metadata: { name: dhcp, namespace, labels: labels(dhcp, instance) },
        spec: {
          selector: { matchLabels: selector(dhcp, instance) },
          template: { metadata: { labels: labels(dhcp, instance) }, spec: podSpec(args) },
        },
      },
      own,
    );
    this.registerOutputs({ daemonSet: this.daemonSet });
  }
}

function podSpec({ image, ...tries }: CniDhcpArgs): k8s.types.input.core.v1.PodSpec {
  return {
    // It works while no network of pods does.
    hostNetwork: true,
    // Some runtimes name a pod's network namespace by a process of the node.
    hostPID: true,
    automountServiceAccountToken: false,
    priorityClassName: "system-node-critical",
    tolerations: [{ operator: "Exists" }],
    terminationGracePeriodSeconds: 5,
    containers: [
      {
        name: networkDaemons.dhcp,
        image: image ?? images.cniDhcpRelease,
        command: pulumi.output(tries).apply(dhcpDaemonCommand),
        readinessProbe: { exec: { command: dhcpReadyCommand }, periodSeconds: 2, timeoutSeconds: 3 },
        resources: { requests: { cpu: "10m", memory: "16Mi" } },
        // It enters the network namespaces of pods.
        securityContext: { privileged: true },
        volumeMounts: [
          { name: "socket", mountPath: hostPaths.socket },
          // Namespaces of pods that come later are mounts on the node.
          { name: "netns", mountPath: hostPaths.netns, mountPropagation: "HostToContainer" },
        ],
      },
    ],
    volumes: Object.entries(hostPaths).map(([volume, path]) => ({
      name: volume,
      hostPath: { path, type: "DirectoryOrCreate" },
    })),
  };
}
