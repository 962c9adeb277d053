import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels, selector } from "../../lib/labels";
import { images } from "../../lib/versions";
import type { Inputs } from "../args/inputs";
import { conflistFolder } from "../cluster/conflist-folder";
import { type CniFolders, foldersOf, type KnownFolders } from "./cni-folders";
import { multusPaths, multusReadyScript, thinArgs } from "./multus-conf";

/** How Multus works on the nodes. */
export interface MultusForm extends CniFolders {
  /**
   * `thick`: a daemon on each node does the work, with the API's objects at hand; what its authors recommend.
   * `thin`: the runtime starts all of Multus for each pod.
   *
   * @default "thick"
   */
  readonly type?: "thick" | "thin";
  /** The file in `confFolder` whose network pods get first, on eth0. @default the first one by name when Multus starts */
  readonly masterConflist?: pulumi.Input<string>;
  /** @default "ghcr.io/k8snetworkplumbingwg/multus-cni:v4.2.4-thick", or without "-thick" for the thin form */
  readonly image?: pulumi.Input<string>;
  /** What a pod of Multus asks for. A CPU limit would make every start of a pod slow. @default { requests: { cpu: "50m", memory: "50Mi" } } */
  readonly resources?: pulumi.Input<k8s.types.input.core.v1.ResourceRequirements>;
}

type Container = k8s.types.input.core.v1.Container;
type PodSpec = k8s.types.input.core.v1.PodSpec;

/** A cluster has one Multus: its objects have fixed names. */
export const multusInstance = "multus";

/** A folder of a node in a container. */
interface HostMount {
  readonly path: pulumi.Input<string>;
  readonly at: pulumi.Input<string>;
  /** Mounts that the node makes later are seen too. */
  readonly follows?: boolean;
}

/** The plugin that asks the daemon. */
const shim = "multus-shim";

type Mounts = Readonly<Record<string, HostMount>>;

const thickMounts = ({ confFolder, binFolder }: Inputs<KnownFolders>): Mounts => ({
  cni: { path: confFolder, at: multusPaths.conflists },
  // Multus looks for the plugins where it will run them, so the place is the node's.
  "cni-bin": { path: binFolder, at: binFolder },
  // The daemon removes the folder of its socket at its start: that can't be a mount itself.
  run: { path: "/run", at: multusPaths.run },
  // What it has done for each pod, to undo it.
  state: { path: "/var/lib/cni/multus", at: "/var/lib/cni/multus" },
  netns: { path: "/run/netns", at: "/run/netns", follows: true },
  // The CNI's plugins find their own files, sockets and programs only in the node's root.
  root: { path: "/", at: multusPaths.root, follows: true },
});

const thinMounts = ({ confFolder, binFolder }: Inputs<KnownFolders>): Mounts => ({
  cni: { path: confFolder, at: multusPaths.conflists },
  "cni-bin": { path: binFolder, at: "/host/opt/cni/bin" },
});

/** The DaemonSet of Multus in one of its forms. */
export function multusSpec(
  args: MultusForm & { readonly type: "thick" | "thin" },
  serviceAccountName: pulumi.Input<string>,
  config: k8s.core.v1.ConfigMap | undefined,
): k8s.types.input.apps.v1.DaemonSetSpec {
  return {
    selector: { matchLabels: selector("multus", multusInstance) },
    template: {
      metadata: {
        labels: labels("multus", multusInstance),
        // The daemon reads its configuration once, at its start: another one has to mean other pods.
        annotations:
          config === undefined
            ? undefined
            : { "cni-lab/config": config.data.apply((data) => data["daemon-config.json"] ?? "") },
      },
      spec: {
        serviceAccountName,
        hostNetwork: true,
        priorityClassName: "system-node-critical",
        tolerations: [{ operator: "Exists" }],
        terminationGracePeriodSeconds: 10,
        ...(config === undefined ? thinPod(args) : thickPod(args, config)),
      },
    },
  };
}

function thickPod(
  args: MultusForm,
  config: k8s.core.v1.ConfigMap,
): Pick<PodSpec, "hostPID" | "initContainers" | "containers" | "volumes"> {
  const image = args.image ?? images.multusThick;
  const folders = foldersOf(args);
  const { binFolder } = folders;
  const put = pulumi.interpolate`cp /usr/src/multus-cni/bin/${shim} ${binFolder}/${shim}.new && mv ${binFolder}/${shim}.new ${binFolder}/${shim}`;
  return {
    // Plugins run in the node's root, where /proc knows processes by the node's numbers.
    hostPID: true,
    initContainers: [
      {
        name: "install-multus-shim",
        image,
        // Upstream's installer would put a plugin on the node that nothing here calls. A rename, as the old one may run.
        command: ["sh", "-ec", put],
        volumeMounts: [{ name: "cni-bin", mountPath: binFolder }],
      },
    ],
    containers: [
      {
        ...common(args, "thick", image),
        command: ["/usr/src/multus-cni/bin/multus-daemon"],
        // It watches the pods of its own node only.
        env: [{ name: "MULTUS_NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
        // It enters the network namespaces of pods, and starts plugins that may do anything on the node.
        securityContext: { privileged: true },
        volumeMounts: [
          ...mounts(thickMounts(folders)),
          // Where the daemon looks for it, in its own root.
          { name: "config", mountPath: `${conflistFolder}/multus.d`, readOnly: true },
        ],
      },
    ],
    volumes: [...volumes(thickMounts(folders)), { name: "config", configMap: { name: config.metadata.name } }],
  };
}

function thinPod(args: MultusForm): Pick<PodSpec, "containers" | "volumes"> {
  const { masterConflist } = args;
  const folders = foldersOf(args);
  return {
    containers: [
      {
        ...common(args, "thin", args.image ?? images.multusThin),
        // It puts the plugin on the node itself.
        command: pulumi
          .output({ ...folders, masterConflist })
          .apply((known) => ["/thin_entrypoint", ...thinArgs(known)]),
        volumeMounts: mounts(thinMounts(folders)),
      },
    ],
    volumes: volumes(thinMounts(folders)),
  };
}

function common(args: MultusForm, type: "thick" | "thin", image: pulumi.Input<string>): Container {
  const ready = pulumi.output(foldersOf(args).confFolder).apply((folder) => multusReadyScript(type, folder));
  return {
    name: "kube-multus",
    image,
    readinessProbe: {
      exec: { command: ["sh", "-ec", ready] },
      periodSeconds: 2,
      timeoutSeconds: 3,
    },
    resources: args.resources ?? { requests: { cpu: "50m", memory: "50Mi" } },
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
}

function mounts(folders: Mounts): k8s.types.input.core.v1.VolumeMount[] {
  return Object.entries(folders).map(([name, { at, follows }]) => ({
    name,
    mountPath: at,
    mountPropagation: follows === true ? "HostToContainer" : undefined,
  }));
}

function volumes(folders: Mounts): k8s.types.input.core.v1.Volume[] {
  return Object.entries(folders).map(([name, { path }]) => ({ name, hostPath: { path, type: "DirectoryOrCreate" } }));
}
