import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels, selector } from "../../../lib/labels";
import type { Problem } from "../../../lib/user-error";
import { images } from "../../../lib/versions";
import { anything, type FieldsOf, number, oneOf, text } from "../../args/fields";
import { networkProblems, wholeNumberProblems } from "../../args/rules";
import { after, recorded, takeArgs } from "../../args/take";
import { grant } from "../../cluster/rights";
import type { KubernetesResource } from "../kubernetes-object";
import { cniMetadata } from "../swap/names";
import { defaultRange, weaveConflist, weaveNet } from "./names";
import { forgetName, readinessScript, startScript, type WeaveReadiness, type WeaveSleeve } from "./router";

export interface WeaveArgs {
  /** The network that Weave gives the pods' addresses out of, on all nodes alike. @default "10.32.0.0/12" */
  readonly range?: pulumi.Input<string>;
  /** Largest packet of a pod, in bytes. A node whose bridge exists keeps the bridge's. @default Weave's own: 1376 in the kernel, 65535 in user space */
  readonly mtu?: pulumi.Input<number>;
  /** Encrypts what travels between nodes; all nodes need the same. @default not encrypted */
  readonly password?: pulumi.Input<string>;
  /** Whether packets travel in user space also where the kernel could do it. @default "auto" */
  readonly sleeve?: pulumi.Input<WeaveSleeve>;
  /** How many connections to other nodes a node may have. @default 200 */
  readonly connectionLimit?: pulumi.Input<number>;
  /**
   * What kind of names the routers have, for as long as this is set: they forget theirs when it changes. All of them
   * start anew then, at once: none with an old name is there any more when the first one with a new name comes, else
   * they would divide the addresses between them.
   *
   * @default names for good
   */
  readonly names?: pulumi.Input<string>;
  /** When a router counts as ready. Where a lab keeps them apart, none is ever connected. @default "connected" */
  readonly readiness?: pulumi.Input<WeaveReadiness>;
  /** The image with weaver and launch.sh. @default "docker.io/weaveworks/weave-kube:2.6.5" */
  readonly image?: pulumi.Input<string>;
  /** Of each of its objects, besides its own. @default none */
  readonly annotations?: Readonly<Record<string, pulumi.Input<string>>>;
}

/** What the arguments may hold. */
export const weaveFields: FieldsOf<WeaveArgs> = {
  range: text,
  mtu: number,
  password: anything,
  sleeve: oneOf("auto", "always"),
  connectionLimit: number,
  names: text,
  readiness: oneOf("connected", "answers"),
  image: text,
  annotations: anything,
};

/** A cluster has one Weave: its objects have fixed names. */
const instance = "weave";

/** Folders of a node that launch.sh wants under /host, and the database. */
const hostPaths = {
  weavedb: { path: "/var/lib/weave", at: "/weavedb" },
  "cni-bin": { path: "/opt", at: "/host/opt" },
  // With /etc/machine-id, from which a router takes its name, and the folder of the conflists.
  "cni-conf": { path: "/etc", at: "/host/etc" },
  dbus: { path: "/var/lib/dbus", at: "/host/var/lib/dbus" },
  "lib-modules": { path: "/lib/modules", at: "/lib/modules" },
} as const;

/**
 * Weave Net: one Ethernet over all nodes, with one range of addresses. Multicast and broadcast reach every pod.
 * Without Weave's policy controller: NetworkPolicies have no effect.
 *
 * @throws pulumi.ResourceError if `range` is no IPv4 network, or `mtu` or `connectionLimit` is out of its range.
 *
 * @example
 * ```ts
 * new Weave("weave", { range: "10.32.0.0/12", mtu: 1376 }, { provider });
 * ```
 */
export class Weave extends pulumi.ComponentResource {
  /** Ready when the routers of all nodes are connected with each other and give addresses out. */
  readonly daemonSet: k8s.apps.v1.DaemonSet;
  /** All of its objects, in the order in which they are made. */
  readonly objects: readonly KubernetesResource[];

  constructor(name: string, args: WeaveArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:Weave", name, recorded(args, weaveFields), opts);
    const { own } = takeArgs(this, args, weaveFields, opts, weaveProblems);
    const metadata = {
      name: weaveNet.name,
      namespace: weaveNet.namespace,
      labels: labels(weaveNet.appLabel, instance),
      annotations: args.annotations,
    };
    const marks = cniMetadata("weave", args.range ?? defaultRange, weaveConflist);

    const account = new k8s.core.v1.ServiceAccount(`${name}-account`, { metadata }, own);
    const { namespace: _, ...clusterWide } = metadata;
    const granted = [
      grant(name, { kind: "ClusterRole", metadata: clusterWide, rules: nodeRules, account }, own),
      grant(`${name}-peer-list`, { kind: "Role", metadata, rules: peerListRules, account }, own),
    ];
    const secret = args.password === undefined ? undefined : passwordSecret(name, args.password, metadata, own);
    this.daemonSet = new k8s.apps.v1.DaemonSet(
      `${name}-daemonset`,
      {
        metadata: {
          ...metadata,
          labels: { ...metadata.labels, ...marks.labels },
          annotations: { ...marks.annotations, ...args.annotations },
        },
        spec: daemonSetSpec(args, account.metadata.name, secret),
      },
      {
        ...after(own, ...granted.map(({ binding }) => binding)),
        replaceOnChanges: [podAnnotations],
        deleteBeforeReplace: true,
      },
    );
    this.objects = [
      account,
      ...granted.flatMap(({ role, binding }) => [role, binding]),
      ...(secret === undefined ? [] : [secret]),
      this.daemonSet,
    ];
    this.registerOutputs({ daemonSet: this.daemonSet });
  }
}

/** Routers find each other by the nodes' addresses, and say on the node that its network is up. */
const nodeRules = [
  { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch"] },
  { apiGroups: [""], resources: ["nodes/status"], verbs: ["patch", "update"] },
];

/** Routers keep the list of peers that own addresses in a ConfigMap, which the first of them creates. */
const peerListRules = [
  { apiGroups: [""], resources: ["configmaps"], resourceNames: [weaveNet.name], verbs: ["get", "update"] },
  // A name cannot be asked for when it is created.
  { apiGroups: [""], resources: ["configmaps"], verbs: ["create"] },
];

/** Pulumi names it and replaces it with the password: another name in the DaemonSet means other pods. */
function passwordSecret(
  name: string,
  password: pulumi.Input<string>,
  { namespace, labels: named, annotations }: Metadata,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.Secret {
  return new k8s.core.v1.Secret(
    `${name}-password`,
    {
      metadata: { namespace, labels: named, annotations },
      immutable: true,
      stringData: { password: pulumi.secret(password) },
    },
    opts,
  );
}

/** Where the kind of the routers' names stands. */
const podAnnotations = "spec.template.metadata.annotations";

interface Metadata {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Record<string, string>;
  readonly annotations: WeaveArgs["annotations"];
}

function daemonSetSpec(
  args: WeaveArgs,
  serviceAccountName: pulumi.Input<string>,
  secret: k8s.core.v1.Secret | undefined,
): k8s.types.input.apps.v1.DaemonSetSpec {
  return {
    selector: { matchLabels: selector(weaveNet.appLabel, instance) },
    template: {
      metadata: {
        labels: labels(weaveNet.appLabel, instance),
        ...(args.names === undefined ? {} : { annotations: { "cni-lab/names": args.names } }),
      },
      spec: {
        serviceAccountName,
        hostNetwork: true,
        // launch.sh ends only when it is not the first process of its own.
        hostPID: true,
        priorityClassName: "system-node-critical",
        // A node without a network is not ready: Weave has to run there before it can be.
        tolerations: [
          { operator: "Exists", effect: "NoSchedule" },
          { operator: "Exists", effect: "NoExecute" },
        ],
        containers: [
          {
            name: "weave",
            image: args.image ?? images.weave,
            command: [
              "/bin/sh",
              "-c",
              pulumi.all([args.sleeve ?? "auto", args.names]).apply((how) => startScript(...how)),
            ],
            ...(args.names === undefined
              ? {}
              : { lifecycle: { preStop: { exec: { command: ["/bin/sh", "-c", forgetName] } } } }),
            env: environment(args, secret),
            readinessProbe: {
              exec: { command: ["/bin/sh", "-c", pulumi.output(args.readiness ?? "connected").apply(readinessScript)] },
              periodSeconds: 2,
              // Its two answers take 4 s each at most. It costs a node next to nothing, and a slow one some of that.
              timeoutSeconds: 10,
            },
            resources: { requests: { cpu: "50m", memory: "64Mi" } },
            securityContext: { privileged: true },
            volumeMounts: [
              ...Object.entries(hostPaths).map(([volume, { at }]) => ({ name: volume, mountPath: at })),
              { name: "xtables-lock", mountPath: "/run/xtables.lock" },
            ],
          },
        ],
        volumes: [
          ...Object.entries(hostPaths).map(([volume, { path }]) => ({
            name: volume,
            hostPath: { path, type: "DirectoryOrCreate" },
          })),
          { name: "xtables-lock", hostPath: { path: "/run/xtables.lock", type: "FileOrCreate" } },
        ],
      },
    },
  };
}

function environment(
  args: WeaveArgs,
  secret: k8s.core.v1.Secret | undefined,
): pulumi.Input<k8s.types.input.core.v1.EnvVar>[] {
  const set = (name: string, value: pulumi.Input<string>) => ({ name, value });
  return [
    { name: "HOSTNAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
    set("IPALLOC_RANGE", args.range ?? defaultRange),
    set("CONN_LIMIT", pulumi.interpolate`${args.connectionLimit ?? 200}`),
    ...(args.mtu === undefined ? [] : [set("WEAVE_MTU", pulumi.interpolate`${args.mtu}`)]),
    ...(secret === undefined
      ? []
      : [
          {
            name: "WEAVE_PASSWORD",
            valueFrom: { secretKeyRef: { name: secret.metadata.name, key: "password" } },
          },
        ]),
    // There is no policy controller that would let packets through.
    set("EXPECT_NPC", "0"),
    // Weave would ask its makers, who are gone, for a newer version.
    set("CHECKPOINT_DISABLE", "1"),
  ];
}

/** What is wrong with the arguments, all at once. */
export function weaveProblems({ range, mtu, connectionLimit }: pulumi.Unwrap<WeaveArgs>): Problem[] {
  return [
    ...networkProblems("range", range),
    ...wholeNumberProblems("mtu", mtu, 576, 65_535),
    ...wholeNumberProblems("connectionLimit", connectionLimit, 1, 10_000),
  ];
}
