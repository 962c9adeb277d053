import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../../lib/user-error";
import { type FieldsOf, flag, oneOf, passed, plain, required, text } from "../args/fields";
import type { Inputs } from "../args/inputs";
import { after, recorded, takeArgs } from "../args/take";
import { CniDhcp, type CniDhcpArgs } from "../networks/cni-dhcp";
import { MacvlanNetwork } from "../networks/macvlan-network";
import { Multus, type MultusArgs } from "../networks/multus";
import type { Ipam } from "../networks/nad";
import { networkAnnotations } from "../networks/names";
import { requestAnnotation } from "../networks/request";

/** What the network is told. */
export interface SecondaryNetworkArgs {
  /** The namespace whose pods ask for the network by its name. */
  namespace: pulumi.Input<string>;
  /** The name by which pods ask for it: lower-case letters, digits and inner dashes, at most 63. */
  network: pulumi.Input<string>;
  /** The nodes' interface on the LAN. */
  master: pulumi.Input<string>;
  /** How pods get addresses: static, each names its own; host-local, each node gives them out for itself; or dhcp. Default: static. */
  ipam?: pulumi.Input<string>;
  /** With host-local: the network that addresses are out of. */
  subnet?: pulumi.Input<string>;
  /** With host-local: the first address that is given out. Default: the subnet's first. */
  rangeStart?: pulumi.Input<string>;
  /** With host-local: the last address that is given out. Default: the subnet's last. */
  rangeEnd?: pulumi.Input<string>;
  /** With dhcp: an image for the plugin's daemon, with the dhcp plugin at /usr/bin/dhcp, curl and a shell. With the nodes' plugin any image. */
  dhcpImage?: pulumi.Input<string>;
  /** With dhcp: whose plugin the daemon is, the image's or the node's: image or node. Default: image. */
  dhcpPlugin?: pulumi.Input<string>;
  /** Whether Multus comes with it; a cluster has one. Default: true. */
  multus?: pulumi.Input<boolean>;
  /** Whether the kind NetworkAttachmentDefinition comes with Multus, or the cluster has it: made or existing. Default: made. */
  definitions?: pulumi.Input<string>;
  /** The nodes' folder of the CNI's conflist. Default: /etc/cni/net.d. */
  confFolder?: pulumi.Input<string>;
  /** The nodes' folder of the CNI plugins. Default: /opt/cni/bin. */
  binFolder?: pulumi.Input<string>;
}

const fields: FieldsOf<SecondaryNetworkArgs> = {
  namespace: required(passed(text)),
  network: required(text),
  master: required(text),
  ipam: plain(oneOf("static", "host-local", "dhcp")),
  subnet: text,
  rangeStart: text,
  rangeEnd: text,
  dhcpImage: text,
  dhcpPlugin: plain(oneOf("image", "node")),
  multus: plain(flag),
  definitions: plain(oneOf("made", "existing")),
  confFolder: text,
  binFolder: text,
};

/** A network on a LAN of the nodes, for pods that ask for it, with what it needs: Multus, and the dhcp plugin's daemon. */
export class SecondaryNetwork extends pulumi.ComponentResource {
  /** The annotation k8s.v1.cni.cncf.io/networks of a pod that asks for it, as net1. */
  readonly request: pulumi.Output<string>;

  constructor(name: string, args: SecondaryNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:SecondaryNetwork", name, recorded(args, fields), opts);
    const { own } = takeArgs(this, args, fields, opts, ipamProblems);
    const { namespace, network, master, dhcpImage } = args;
    const { confFolder, binFolder } = args;
    const definitions = args.definitions as MultusArgs["definitions"];
    const multus =
      args.multus === false ? undefined : new Multus(`${name}-multus`, { definitions, confFolder, binFolder }, own);
    const daemon =
      args.ipam === "dhcp" && dhcpImage !== undefined
        ? new CniDhcp(`${name}-dhcp`, { image: dhcpImage, plugin: pluginOf(args) }, own)
        : undefined;
    const before = [
      ...(multus === undefined ? [] : [multus.definitions, multus.daemonSet]),
      ...(daemon === undefined ? [] : [daemon.daemonSet]),
    ];
    const made = new MacvlanNetwork(
      `${name}-network`,
      { namespace, network, master, ipam: ipamOf(args) },
      after(own, ...before),
    );
    this.request = pulumi
      .output({ name: made.name, namespace: made.namespace })
      .apply((asked) => requestAnnotation(asked)[networkAnnotations.wanted] ?? "");
    this.registerOutputs({ request: this.request });
  }
}

function pluginOf({ dhcpPlugin, binFolder }: SecondaryNetworkArgs): CniDhcpArgs["plugin"] {
  return dhcpPlugin === "node" ? { from: "node", path: binFolder && pulumi.interpolate`${binFolder}/dhcp` } : undefined;
}

function ipamOf({ ipam = "static", subnet = "", rangeStart, rangeEnd }: SecondaryNetworkArgs): Inputs<Ipam> {
  switch (ipam) {
    case "host-local":
      return { type: "host-local", subnet, rangeStart, rangeEnd };
    case "dhcp":
      return { type: "dhcp" };
    default:
      return { type: "static" };
  }
}

/** What one way needs, and what means nothing with another. */
function ipamProblems(args: pulumi.Unwrap<SecondaryNetworkArgs>): Problem[] {
  const { ipam = "static" } = args;
  const only = (field: "subnet" | "rangeStart" | "rangeEnd" | "dhcpImage" | "dhcpPlugin", way: string) =>
    args[field] === undefined || ipam === way
      ? []
      : [{ field, rule: `has no effect with ipam ${ipam}`, fix: `leave it out, or set ipam to ${way}` }];
  return [
    ...(ipam === "host-local" && args.subnet === undefined
      ? [{ field: "subnet", rule: "must be given with ipam host-local, for example 10.10.20.0/24" }]
      : []),
    ...only("subnet", "host-local"),
    ...only("rangeStart", "host-local"),
    ...only("rangeEnd", "host-local"),
    ...only("dhcpImage", "dhcp"),
    ...only("dhcpPlugin", "dhcp"),
    ...(args.definitions !== undefined && args.multus === false
      ? [{ field: "definitions", rule: "has no effect where multus is false", fix: "leave it out" }]
      : []),
    ...(ipam === "dhcp" && args.dhcpImage === undefined
      ? [
          {
            field: "dhcpImage",
            rule: "must be given with ipam dhcp: without the plugin's daemon pods hang in ContainerCreating",
          },
        ]
      : []),
  ];
}
