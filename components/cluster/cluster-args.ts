import type * as pulumi from "@pulumi/pulumi";
import { parseCidr } from "../../lib/cidr";
import type { Problem } from "../../lib/user-error";
import { type FieldsOf, flag, made, number, oneOf, plain, required, text } from "../args/fields";
import { networkProblems, wholeNumberProblems } from "../args/rules";
import type { ContainerEngine } from "./engine/engine";
import { maxNodes } from "./lan";
import type { NodeNetwork } from "./node-state/vagrant";

export interface ClusterArgs {
  /** The lab that the nodes belong to: part of the names of containers and networks, and their label. */
  readonly stack: string;
  /** The container engine that the nodes are of. @default podman */
  readonly engine?: ContainerEngine;
  /** How many nodes; the first is the control plane and runs pods too. From 1 to 9. @default 3 */
  readonly nodes?: number;
  /** The image of the nodes, with Kubernetes and the images of all workloads in it. */
  readonly nodeImage: pulumi.Input<string>;
  /** The LAN of the nodes, an IPv4 /24: node 1 is .11, this machine .1. */
  readonly lanCidr: pulumi.Input<string>;
  /** The network of the pods. @default "10.244.0.0/16" */
  readonly podCidr?: pulumi.Input<string>;
  /** The network of the Services. @default "10.96.0.0/12" */
  readonly serviceCidr?: pulumi.Input<string>;
  /** A LAN besides, without addresses of its own: the nodes' interface eth2. @default false */
  readonly secondLan?: boolean;
  /** How nodes are connected. With `vagrant`, each has an eth0 behind a NAT of its own, with the default route and the same address on all. @default "lan" */
  readonly nodeNetwork?: NodeNetwork;
}

/** What the arguments may hold. */
export const clusterFields: FieldsOf<ClusterArgs> = {
  stack: required(plain(text)),
  engine: made("one of the container engines", "name", "exec"),
  nodes: plain(number),
  nodeImage: required(text),
  lanCidr: required(text),
  podCidr: text,
  serviceCidr: text,
  secondLan: plain(flag),
  nodeNetwork: plain(oneOf("lan", "vagrant")),
};

/** What is wrong with the arguments, all at once. */
export function clusterProblems({ nodes = 3, lanCidr, podCidr, serviceCidr }: pulumi.Unwrap<ClusterArgs>): Problem[] {
  return [
    ...wholeNumberProblems("nodes", nodes, 1, maxNodes),
    ...(parseCidr(lanCidr)?.prefix === 24
      ? []
      : [{ field: "lanCidr", value: lanCidr, rule: "must be an IPv4 network with the prefix /24" }]),
    ...networkProblems("podCidr", podCidr),
    ...networkProblems("serviceCidr", serviceCidr),
  ];
}
