import * as pulumi from "@pulumi/pulumi";
import { type FieldsOf, flag, oneOf, plain, text } from "../args/fields";
import { recorded, takeArgs } from "../args/take";
import { Flannel } from "../cni/flannel/flannel";

/** What Flannel is told. */
export interface FlannelCniArgs {
  /** The network that flannel divides among the nodes; the cluster's pod network. Default: 10.244.0.0/16. */
  network?: pulumi.Input<string>;
  /** How packets travel between nodes: vxlan or host-gw. Default: vxlan. */
  backend?: pulumi.Input<string>;
  /** The nodes' interface, by its name or its address. Default: that of the default route. */
  interface?: pulumi.Input<string>;
  /** Whether flannel keeps rules in the FORWARD chain that accept its pods' packets. Default: true. */
  forwardRules?: pulumi.Input<boolean>;
  /** The image with flanneld. Default: upstream's. */
  image?: pulumi.Input<string>;
  /** The image with flannel's CNI plugin. Default: upstream's. */
  cniPluginImage?: pulumi.Input<string>;
}

const fields: FieldsOf<FlannelCniArgs> = {
  network: text,
  backend: plain(oneOf("vxlan", "host-gw")),
  interface: text,
  forwardRules: flag,
  image: text,
  cniPluginImage: text,
};

/** Flannel on a cluster that has no CNI yet: ready when flanneld runs on every node. */
export class FlannelCni extends pulumi.ComponentResource {
  /** The name of flannel's DaemonSet. */
  readonly daemonSet: pulumi.Output<string>;

  constructor(name: string, args: FlannelCniArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:FlannelCni", name, recorded(args, fields), opts);
    const { own } = takeArgs(this, args, fields, opts);
    const { backend = "vxlan", interface: iface, ...others } = args;
    const flannel = new Flannel(
      `${name}-flannel`,
      {
        ...others,
        backend: { type: backend as "vxlan" | "host-gw" },
        iface: iface === undefined ? { by: "default-route" } : { by: "name", name: iface },
      },
      own,
    );
    this.daemonSet = flannel.daemonSet.metadata.name;
    this.registerOutputs({ daemonSet: this.daemonSet });
  }
}
