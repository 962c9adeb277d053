import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels, selector } from "../../../lib/labels";
import { images } from "../../../lib/versions";
import { anything, type FieldsOf, flag, text } from "../../args/fields";
import type { Inputs } from "../../args/inputs";
import { after, recorded, takeArgs } from "../../args/take";
import { conflistFolder } from "../../cluster/conflist-folder";
import { defaultPodNetwork } from "../../cluster/pod-network";
import { grant } from "../../cluster/rights";
import type { KubernetesResource } from "../kubernetes-object";
import { cniMetadata } from "../swap/names";
import { backendField, flannelProblems, ifaceField } from "./arguments";
import { cniConf, type FlannelBackend, type FlannelInterface, interfaceArgs, netConf } from "./flanneld";
import { flannelConflist, flannelDaemonSet } from "./names";

export interface FlannelArgs {
  /** The network that flannel divides among the nodes; the cluster's pod network. @default "10.244.0.0/16" */
  readonly network?: pulumi.Input<string>;
  /** How packets travel between nodes. @default { type: "vxlan" } */
  readonly backend?: Inputs<FlannelBackend>;
  /** Which interface's address a node announces to the others. @default { by: "default-route" } */
  readonly iface?: Inputs<FlannelInterface>;
  /** Whether flannel keeps rules in the FORWARD chain that accept its pods' packets. @default true */
  readonly forwardRules?: pulumi.Input<boolean>;
  /** The image with flanneld. @default "ghcr.io/flannel-io/flannel:v0.26.7" */
  readonly image?: pulumi.Input<string>;
  /**
   * The image with flannel's CNI plugin at /flannel. The lab's stacks name another one, which this project builds and no
   * registry has. @default "ghcr.io/flannel-io/flannel-cni-plugin:v1.6.2-flannel1"
   */
  readonly cniPluginImage?: pulumi.Input<string>;
  /** Of each of its objects, besides its own. @default none */
  readonly annotations?: Readonly<Record<string, pulumi.Input<string>>>;
}

/** What the arguments may hold. */
export const flannelFields: FieldsOf<FlannelArgs> = {
  network: text,
  backend: backendField,
  iface: ifaceField,
  forwardRules: flag,
  image: text,
  cniPluginImage: text,
  annotations: anything,
};

/** A cluster has one Flannel: its objects have fixed names. */
const instance = "flannel";

/** What upstream's manifest of this flanneld has, on a cluster that pulls its images. */
const upstreamCniPlugin = "ghcr.io/flannel-io/flannel-cni-plugin:v1.6.2-flannel1";

/** Where the init containers put their files on a node, and where they see them. */
const hostPaths = {
  run: "/run/flannel",
  "cni-plugin": "/opt/cni/bin",
  cni: "/etc/cni/net.d",
} as const;

/**
 * Flannel: one subnet per node, out of the node's podCIDR, and a way between them. It carries unicast only:
 * no multicast or broadcast leaves a node.
 *
 * @throws pulumi.ResourceError if `network` is no IPv4 network, or a field of `backend` or `iface` is none that flannel takes.
 *
 * @example
 * ```ts
 * new Flannel("flannel", { backend: { type: "vxlan" }, iface: { by: "name", name: "eth1" } }, { provider });
 * ```
 */
export class Flannel extends pulumi.ComponentResource {
  /** Ready when flanneld runs on every node that the cluster has at that time. */
  readonly daemonSet: k8s.apps.v1.DaemonSet;
  /** All of its objects, in the order in which they are made. */
  readonly objects: readonly KubernetesResource[];

  constructor(name: string, args: FlannelArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:Flannel", name, recorded(args, flannelFields), opts);
    const { own } = takeArgs(this, args, flannelFields, opts, flannelProblems);
    const network = args.network ?? defaultPodNetwork;
    const marks = cniMetadata("flannel", network, flannelConflist);
    const meta = { labels: labels("flannel", instance), annotations: args.annotations };

    const namespace = new k8s.core.v1.Namespace(
      `${name}-namespace`,
      // flanneld works in the node's own network namespace, which the other levels forbid.
      {
        metadata: {
          ...meta,
          name: flannelDaemonSet.namespace,
          labels: { ...meta.labels, "pod-security.kubernetes.io/enforce": "privileged" },
        },
      },
      own,
    );
    const inNamespace = { ...meta, namespace: namespace.metadata.name };
    const account = new k8s.core.v1.ServiceAccount(
      `${name}-account`,
      { metadata: { ...inNamespace, name: "flannel" } },
      own,
    );
    const rights = { kind: "ClusterRole", metadata: { ...meta, name: "flannel" }, rules, account } as const;
    const { role, binding } = grant(name, rights, own);
    const config = new k8s.core.v1.ConfigMap(
      `${name}-config`,
      {
        metadata: { ...inNamespace, name: "kube-flannel-cfg" },
        data: {
          "cni-conf.json": cniConf(),
          "net-conf.json": pulumi
            .output({ network, backend: args.backend ?? ({ type: "vxlan" } as const) })
            .apply((conf) => netConf(conf.network, conf.backend)),
        },
      },
      own,
    );
    this.daemonSet = new k8s.apps.v1.DaemonSet(
      `${name}-daemonset`,
      {
        metadata: {
          ...inNamespace,
          name: flannelDaemonSet.name,
          labels: { ...meta.labels, ...marks.labels },
          annotations: { ...marks.annotations, ...args.annotations },
        },
        spec: daemonSetSpec(args, account.metadata.name, config),
      },
      after(own, binding),
    );
    this.objects = [namespace, account, role, binding, config, this.daemonSet];
    this.registerOutputs({ daemonSet: this.daemonSet });
  }
}

/** flanneld reads the nodes' podCIDRs and writes their annotations; no more. */
const rules = [
  { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
  { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch"] },
  { apiGroups: [""], resources: ["nodes/status"], verbs: ["patch"] },
];

function daemonSetSpec(
  args: FlannelArgs,
  serviceAccountName: pulumi.Input<string>,
  config: k8s.core.v1.ConfigMap,
): k8s.types.input.apps.v1.DaemonSetSpec {
  const [image, cniPluginImage] = flannelImages(args);
  return {
    selector: { matchLabels: selector("flannel", instance) },
    template: {
      metadata: {
        labels: labels("flannel", instance),
        // flanneld reads its config, and the node's, once, at its start: another one has to mean other pods.
        annotations: {
          "cni-lab/config": config.data.apply((data) => data["net-conf.json"] ?? ""),
          ...(args.iface?.by === "annotation" ? { "cni-lab/address": args.iface.annotation } : {}),
        },
      },
      spec: {
        serviceAccountName,
        hostNetwork: true,
        priorityClassName: "system-node-critical",
        // A node without a network is not ready: flannel has to run there before it can be.
        tolerations: [{ operator: "Exists", effect: "NoSchedule" }],
        initContainers: [
          {
            name: "install-cni-plugin",
            image: cniPluginImage,
            command: ["cp", "-f", "/flannel", "/opt/cni/bin/flannel"],
            volumeMounts: [{ name: "cni-plugin", mountPath: hostPaths["cni-plugin"] }],
          },
          {
            name: "install-cni",
            image,
            command: ["cp", "-f", "/etc/kube-flannel/cni-conf.json", `${conflistFolder}/${flannelConflist}`],
            volumeMounts: [
              { name: "cni", mountPath: hostPaths.cni },
              { name: "config", mountPath: "/etc/kube-flannel" },
            ],
          },
        ],
        containers: [
          {
            name: "kube-flannel",
            image,
            command: ["/opt/bin/flanneld"],
            args: pulumi
              .output({ iface: args.iface ?? ({ by: "default-route" } as const), rules: args.forwardRules ?? true })
              .apply(({ iface, rules }) => [
                "--ip-masq",
                "--kube-subnet-mgr",
                "--healthz-port=8081",
                ...interfaceArgs(iface),
                ...(rules ? [] : ["--iptables-forward-rules=false"]),
              ]),
            readinessProbe: { httpGet: { path: "/healthz", port: 8081 }, periodSeconds: 2 },
            resources: { requests: { cpu: "100m", memory: "50Mi" } },
            securityContext: { privileged: false, capabilities: { add: ["NET_ADMIN", "NET_RAW"] } },
            env: [
              { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
              { name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
              { name: "EVENT_QUEUE_DEPTH", value: "5000" },
            ],
            volumeMounts: [
              { name: "run", mountPath: hostPaths.run },
              { name: "config", mountPath: "/etc/kube-flannel" },
              { name: "xtables-lock", mountPath: "/run/xtables.lock" },
            ],
          },
        ],
        volumes: [
          ...Object.entries(hostPaths).map(([volume, path]) => ({
            name: volume,
            hostPath: { path, type: "DirectoryOrCreate" },
          })),
          { name: "config", configMap: { name: config.metadata.name } },
          { name: "xtables-lock", hostPath: { path: "/run/xtables.lock", type: "FileOrCreate" } },
        ],
      },
    },
  };
}

/** What its pods run: flanneld, and the CNI plugin that an init container leaves on the node. */
export function flannelImages({ image, cniPluginImage }: Pick<FlannelArgs, "image" | "cniPluginImage">) {
  return [image ?? images.flannel, cniPluginImage ?? upstreamCniPlugin] as const;
}
