import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels, selector } from "../../lib/labels";
import { awaitAnnotations } from "../args/await";
import { type FieldsOf, flag, group, list, plain, required, text } from "../args/fields";
import { recorded, takeArgs } from "../args/take";
import { probeNames } from "../probe/probe-names";
import { probePod } from "../probe/probe-pod";
import { type AttachableNetwork, annotationsOn, attachableNetwork } from "./attachable-network";
import { type Role, roleLabel, staticPodName } from "./names";
import { daemonMissing } from "./request";

/** A pod on a network whose addresses the nodes give out, or the pod itself names. */
export interface StaticPod {
  /** The node that the pod is on, by its name in Kubernetes; part of the pod's name. */
  readonly node: string;
  readonly network: AttachableNetwork;
  /** The pod's address with its prefix. @default the network's choice */
  readonly address?: pulumi.Input<string>;
  /** Leave the pod's readiness to whoever looks at it. @default false */
  readonly skipAwait?: pulumi.Input<boolean>;
}

/** A pod on each node, on a network whose addresses come by DHCP. */
export interface LeasedPods {
  readonly network: AttachableNetwork;
  /** Whether the nodes have the daemon of the dhcp plugin: pods hang without. @default true */
  readonly daemon?: boolean;
  /** The daemon's image: another one means other pods, as a daemon renews only what it has leased itself. @default not known */
  readonly daemonImage?: pulumi.Input<string>;
  /** Leave the pods' readiness to whoever looks at them. @default false */
  readonly skipAwait?: pulumi.Input<boolean>;
}

export interface MultihomedArgs {
  /** @default none */
  readonly static?: readonly StaticPod[];
  /** @default none */
  readonly leased?: LeasedPods;
  /** An image with ping and an HTTP server on port 8080. */
  readonly image: pulumi.Input<string>;
}

const network = required(attachableNetwork);

const fields: FieldsOf<MultihomedArgs> = {
  static: list(group({ node: required(plain(text)), network, address: text, skipAwait: flag })),
  leased: group({ network, daemon: plain(flag), daemonImage: text, skipAwait: flag }),
  image: required(text),
};

/**
 * Pods with a second interface, for checks to look through. One template means one annotation, so that each pod with an
 * address of its own is a StatefulSet: that makes its pod only when the old one is gone, and has given the address back.
 * A Deployment, of whatever strategy, makes it as soon as somebody deletes the old one. It asks for an address that is
 * taken, and the kubelet tries again only after 10 s and more.
 *
 * @throws pulumi.ResourceError if an argument has the wrong shape.
 *
 * @example
 * ```ts
 * new Multihomed("pods", { image, static: [{ node: "n1", network, address: "10.10.20.5/24" }] }, { provider });
 * ```
 */
export class Multihomed extends pulumi.ComponentResource {
  constructor(name: string, args: MultihomedArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:Multihomed", name, recorded(args, fields), opts);
    const { own } = takeArgs(this, args, fields, opts);
    for (const pod of args.static ?? []) {
      const suffix = staticPodName(pod.node);
      const { metadata, ...pods } = podsOf(`${name}-${suffix}`, "static", pod, args.image);
      const template = {
        ...pods.template,
        spec: { ...pods.template.spec, nodeSelector: { "kubernetes.io/hostname": pod.node } },
      };
      new k8s.apps.v1.StatefulSet(
        `${name}-${suffix}`,
        {
          metadata: { ...metadata, name: suffix },
          // In order, the default, a pod that never becomes ready would not be replaced by one of another template.
          spec: { ...pods, template, replicas: 1, podManagementPolicy: "Parallel" },
        },
        own,
      );
    }
    if (args.leased !== undefined) {
      const { metadata, ...pods } = podsOf(`${name}-leased`, "leased", args.leased, args.image);
      if (args.leased.daemon === false) {
        pulumi.output(args.leased.network.name).apply((missing) => pulumi.log.warn(daemonMissing(missing), this));
      }
      new k8s.apps.v1.DaemonSet(`${name}-leased`, { metadata: { ...metadata, name: "leased" }, spec: pods }, own);
    }
    this.registerOutputs({});
  }
}

function podsOf(instance: string, role: Role, pod: StaticPod | LeasedPods, image: MultihomedArgs["image"]) {
  const address = "address" in pod ? pod.address : undefined;
  const daemonImage = "daemonImage" in pod ? pod.daemonImage : undefined;
  const named = { ...labels("multihomed", instance), [roleLabel]: role };
  const { namespace } = probeNames;
  return {
    metadata: { namespace, labels: named, annotations: awaitAnnotations(pod.skipAwait) },
    selector: { matchLabels: selector("multihomed", instance) },
    template: {
      metadata: {
        labels: named,
        annotations: annotationsOn(pod.network, { address, daemonImage }),
      },
      // No Service leads to it: it ends at once.
      spec: probePod(image, 0),
    },
  };
}
