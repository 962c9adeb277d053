import { posix } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels, selector } from "../../lib/labels";
import type { Problem } from "../../lib/user-error";
import { type FieldsOf, kinds, number, required, text } from "../args/fields";
import type { Inputs } from "../args/inputs";
import { recorded, takeArgs } from "../args/take";
import { nodePrograms } from "../cluster/node-programs";
import { pathProblems } from "./cni-folders";
import { type DhcpPlugin, type DhcpTries, dhcpDaemonCommand, dhcpPlugins, triesProblems } from "./dhcp-daemon";
import { networkDaemons } from "./names";

export interface CniDhcpArgs extends Inputs<DhcpTries> {
  /** The image of the pods. With `plugin` from the node any that nodes have or can pull, such as the runtime's sandbox image. */
  readonly image: pulumi.Input<string>;
  /** Whose dhcp plugin runs. @default { from: "image", path: "/usr/bin/dhcp" } */
  readonly plugin?: Inputs<DhcpPlugin>;
}

const fields: FieldsOf<CniDhcpArgs> = {
  timeoutSeconds: number,
  resendMaxSeconds: number,
  resendTimeoutSeconds: number,
  image: required(text),
  plugin: kinds("from", { image: { path: text }, node: { path: text } }),
};

type PodSpec = k8s.types.input.core.v1.PodSpec;

/** A cluster has one such daemon: its objects have fixed names. */
const instance = "cni-dhcp";

/** Folders of a node that the daemon works in, at the same place. */
const hostPaths = { socket: "/run/cni", netns: "/run/netns" } as const;

/**
 * The daemon of the dhcp plugin, on every node: it asks for each pod's address, renews it, and gives it back. What it
 * has leased it keeps in its memory: after a restart nobody renews the addresses of the pods that are there.
 *
 * @throws pulumi.ResourceError if a time is not a whole number of seconds, at least 1, or the plugin's path is not absolute.
 *
 * @example
 * ```ts
 * const dhcp = new CniDhcp("dhcp", { image, plugin: { from: "node" } }, { provider });
 * ```
 */
export class CniDhcp extends pulumi.ComponentResource {
  /** Ready when the daemon answers on every node that the cluster has at that time. */
  readonly daemonSet: k8s.apps.v1.DaemonSet;

  constructor(name: string, args: CniDhcpArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:CniDhcp", name, recorded(args, fields), opts);
    const { own } = takeArgs(this, args, fields, opts, problemsOf);
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

function podSpec({ image, plugin = { from: "image" }, ...tries }: CniDhcpArgs): PodSpec {
  const program = programOf(plugin);
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
        image,
        command: pulumi.all([plugin, tries]).apply(([of, known]) => dhcpDaemonCommand(of, known)),
        readinessProbe: {
          exec: { command: [...dhcpPlugins[plugin.from].ready] },
          periodSeconds: 2,
          timeoutSeconds: 3,
        },
        resources: { requests: { cpu: "10m", memory: "16Mi" } },
        // It enters the network namespaces of pods.
        securityContext: { privileged: true },
        volumeMounts: [
          { name: "socket", mountPath: hostPaths.socket },
          seenAt(hostPaths.netns),
          ...program.volumeMounts,
        ],
      },
    ],
    volumes: [
      ...Object.entries(hostPaths).map(([volume, path]) => ({
        name: volume,
        hostPath: { path, type: "DirectoryOrCreate" },
      })),
      ...program.volumes,
    ],
  };
}

/** The folder of the pods' network namespaces: those of pods that come later are mounts on the node. */
function seenAt(mountPath: string): k8s.types.input.core.v1.VolumeMount {
  return { name: "netns", mountPath, mountPropagation: "HostToContainer" };
}

/** What the daemon mounts besides, to have its program. */
function programOf({ from, path }: Inputs<DhcpPlugin>): Pick<typeof nodePrograms, "volumeMounts" | "volumes"> {
  if (from === "image") {
    return { volumeMounts: [], volumes: [] };
  }
  const folder = pulumi.output(path).apply((known) => posix.dirname(known ?? dhcpPlugins.node.path));
  return {
    volumeMounts: [
      // So containerd calls it; no image is asked for the link that leads there on every node.
      seenAt("/var/run/netns"),
      ...nodePrograms.volumeMounts,
      { name: "plugins", mountPath: folder, readOnly: true },
    ],
    volumes: [...nodePrograms.volumes, { name: "plugins", hostPath: { path: folder, type: "Directory" } }],
  };
}

function problemsOf({ plugin, ...tries }: pulumi.Unwrap<CniDhcpArgs>): Problem[] {
  return [...triesProblems(tries), ...pathProblems("plugin.path", plugin?.path)];
}
