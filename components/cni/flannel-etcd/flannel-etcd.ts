import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../../../lib/user-error";
import { images } from "../../../lib/versions";
import { type FieldsOf, flag, made, number, required, text } from "../../args/fields";
import type { Inputs } from "../../args/inputs";
import { networkProblems, wholeNumberProblems } from "../../args/rules";
import { after, recorded, takeArgs } from "../../args/take";
import { accessFields, commandOn, type NodeAccess } from "../../cluster/node-access";
import type { NodeCommand } from "../../cluster/shell/node-shell";
import { ifaceField, ifaceProblems } from "../flannel/arguments";
import { type FlannelInterface, netConf } from "../flannel/flanneld";
import { forgetConnections } from "../swap/connections";
import { swapPrelude } from "../swap/prelude";
import type { Etcd } from "./etcd";
import {
  annotationProblem,
  flannelEtcdConflist,
  flannelEtcdDefaults,
  flannelKey,
  putConfig,
  startFlanneld,
  stopFlanneld,
} from "./service";

export interface FlannelEtcdArgs {
  /** Where flannel has its config and its leases. */
  readonly etcd: Pick<Etcd, "url" | "shell" | "machine" | "id">;
  /** The network that flannel divides among the nodes. @default "80.0.0.0/8" */
  readonly network?: pulumi.Input<string>;
  /** The length of each node's part, in bits; at most 24. @default 16 */
  readonly subnetLength?: pulumi.Input<number>;
  /** Which interface's address a node's lease carries; a node's annotations are not read. @default { by: "default-route" } */
  readonly iface?: Inputs<FlannelInterface>;
  /** Whether flannel keeps rules in the FORWARD chain that accept its pods' packets. @default true */
  readonly forwardRules?: pulumi.Input<boolean>;
  /** The image with flanneld, which the nodes' containerd has. @default "ghcr.io/flannel-io/flannel:v0.26.7" */
  readonly image?: pulumi.Input<string>;
}

/** What the arguments may hold, besides the nodes. */
export const flannelEtcdFields: FieldsOf<FlannelEtcdArgs> = {
  etcd: required(made("an Etcd", "url", "shell", "id")),
  network: text,
  subnetLength: number,
  iface: ifaceField,
  forwardRules: flag,
  image: text,
};

const fields: FieldsOf<FlannelEtcdArgs & NodeAccess> = { ...flannelEtcdFields, ...accessFields };

/**
 * Flannel without Kubernetes: a service on each node, with an options file, and the leases in an etcd. The pods' network
 * comes from the bridge plugin, by a conflist that is made of subnet.env.
 *
 * A lease is found by the address that it was taken for: a node that announces the address of another one gets that one's
 * subnet. So the nodes start one after the other, as machines of Vagrant's do: at once, each would find no lease yet.
 *
 * @throws pulumi.ResourceError if `network`, `subnetLength` or `iface` is none that flannel takes, or `iface` is found by an
 * annotation: flanneld reads no annotations without Kubernetes.
 *
 * @example
 * ```ts
 * const etcd = new Etcd("etcd", { stack: "demo", image: nodeImage, lan, address: "10.89.7.10" });
 * new FlannelEtcd("flannel", { ...access, etcd, network: "10.244.0.0/16", subnetLength: 24 });
 * ```
 */
export class FlannelEtcd extends pulumi.ComponentResource {
  /** Once these exist, every node has a lease, and pods get addresses. */
  readonly commands: readonly NodeCommand[];

  constructor(name: string, args: FlannelEtcdArgs & NodeAccess, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:FlannelEtcd", name, recorded(args, fields), opts);
    const { own } = takeArgs(this, args, fields, opts, flannelEtcdProblems);
    const { etcd, network = flannelEtcdDefaults.network, subnetLength = flannelEtcdDefaults.subnetLength } = args;
    const { iface = { by: "default-route" } as const, forwardRules = true } = args;
    const config = etcd.shell.command(
      `${name}-config`,
      {
        create: { text: putConfig, args: [etcd.url, `${flannelKey}/config`] },
        stdin: pulumi
          .all([network, subnetLength])
          .apply(([range, length]) => netConf(range, { type: "vxlan" }, length)),
        triggers: [etcd.id],
      },
      { ...own, deletedWith: etcd.machine },
    );
    const text = pulumi
      .output({ etcdUrl: etcd.url, iface, forwardRules })
      .apply((options) => `${swapPrelude}${forgetConnections}${startFlanneld(options)}${leaveOldSubnet}`);
    const kubeconfig = pulumi.secret(args.kubeconfig);
    const commands: NodeCommand[] = [];
    for (const node of args.nodes) {
      const before = commands.at(-1) ?? config;
      commands.push(
        commandOn(
          node,
          `${name}-${node.name}`,
          {
            create: { text, args: [node.name, args.image ?? images.flannel] },
            delete: { text: stopFlanneld },
            ...{ kubeconfig, triggers: [etcd.id], logging: "stderr" },
          },
          // Else the old one's deletion would stop what the new one has started.
          { ...after(own, before), deleteBeforeReplace: true },
        ),
      );
    }
    this.commands = commands;
    this.registerOutputs({ commands });
  }
}

/** What is wrong with the arguments, all at once. */
export function flannelEtcdProblems({ network, subnetLength, iface }: pulumi.Unwrap<FlannelEtcdArgs>): Problem[] {
  return [
    ...networkProblems("network", network),
    ...wholeNumberProblems("subnetLength", subnetLength, 8, 24),
    ...(iface?.by === "annotation" ? [annotationProblem("iface.by", iface.by)] : ifaceProblems(iface)),
  ];
}

/** Seconds until the last pod with an address of the node's former subnet has ended. */
const straySeconds = 120;

/** Pods of a subnet that the node does not have any more are recreated, unless it is another CNI that they are on. */
const leaveOldSubnet = `
if [ "$(readlink "$chosen")" = ${flannelEtcdConflist} ]; then
  networks=$(jq -r '.plugins[0].ipam.subnet' "$chosen")
  look_at_pods
  recreate_strays ${straySeconds}
  forget_connections
fi
`;
