import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels, selector } from "../../lib/labels";
import { describeProblem } from "../../lib/user-error";
import { images } from "../../lib/versions";
import { type DhcpTries, dhcpDaemonCommand, dhcpReadyCommand, triesProblems } from "./dhcp-daemon";
import { networkDaemons } from "./names";

export interface CniDhcpArgs extends DhcpTries {
  /** An image with the dhcp plugin at /usr/bin/dhcp, curl and a shell. @default "localhost/cni-lab/cni-dhcp:v1.9.1-release" */
  readonly image?: string;
}

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
    super("cni-lab:index:CniDhcp", name, {}, opts);
    const problems = triesProblems(args);
    if (problems.length > 0) {
      throw new pulumi.ResourceError(problems.map(describeProblem).join("\n"), this);
    }
    const { namespace, dhcp } = networkDaemons;
    this.daemonSet = new k8s.apps.v1.DaemonSet(
      `${name}-daemonset`,
      {
        metadata: { name: dhcp, namespace, labels: labels(dhcp, name) },
        spec: {
          selector: { matchLabels: selector(dhcp, name) },
          template: { metadata: { labels: labels(dhcp, name) }, spec: podSpec(args) },
        },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

function podSpec(args: CniDhcpArgs): k8s.types.input.core.v1.PodSpec {
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
        image: args.image ?? images.cniDhcpRelease,
        command: dhcpDaemonCommand(args),
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
