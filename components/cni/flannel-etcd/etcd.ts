import * as pulumi from "@pulumi/pulumi";
import { parseAddress } from "../../../lib/cidr";
import type { Problem } from "../../../lib/user-error";
import { type FieldsOf, plain, required, text } from "../../args/fields";
import { recorded, takeArgs } from "../../args/take";
import { type ClusterLan, lanField } from "../../cluster/cluster-lans";
import { etcdPart } from "../../cluster/engine-labels";
import { ContainerShell } from "../../cluster/shell/container-shell";
import type { NodeShell } from "../../cluster/shell/node-shell";
import { createSide } from "../../cluster/side-container";
import { sideMachine } from "../../cluster/side-machine";
import { etcdContainer, etcdPort } from "./service";

export interface EtcdArgs {
  /** The lab that it belongs to: part of its container's name, and its label. */
  readonly stack: string;
  /** The nodes' image: the image of etcd is in its store. */
  readonly image: pulumi.Input<string>;
  /** The LAN that its clients are on. */
  readonly lan: ClusterLan;
  /** Its address there. */
  readonly address: pulumi.Input<string>;
}

const fields: FieldsOf<EtcdArgs> = {
  stack: required(plain(text)),
  image: required(text),
  lan: required(lanField),
  address: required(text),
};

/**
 * An etcd of its own, beside the nodes and beside that of Kubernetes: one member, in a container, without encryption.
 * It does not sync its writes: a lab is made to be thrown away.
 *
 * @throws pulumi.ResourceError if `address` is not an IPv4 address.
 *
 * @example
 * ```ts
 * new Etcd("etcd", { stack: "demo", image: nodeImage, lan, address: "10.89.7.10" });
 * ```
 */
export class Etcd extends pulumi.ComponentResource {
  /** The name of the container. */
  readonly container: string;
  /** Where clients reach it. */
  readonly url: pulumi.Output<string>;
  readonly shell: NodeShell;
  /** The container, as a resource. */
  readonly machine: pulumi.Resource;
  /** The container's id, once it runs: another one means that all its keys are gone. */
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: EtcdArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:Etcd", name, recorded(args, fields), opts);
    const { own } = takeArgs(this, args, fields, opts, etcdProblems);
    const { stack, lan } = args;
    this.container = etcdContainer(stack);
    this.url = pulumi.interpolate`http://${args.address}:${etcdPort}`;
    this.shell = new ContainerShell(lan.engine, this.container);
    const { container } = this;
    const { machine, id } = sideMachine(
      `${name}-container`,
      { stack, container, lan },
      (mark) =>
        pulumi.all([args.image, args.address, this.url]).apply(([image, address, url]) =>
          createSide(lan.engine, {
            ...{ stack, image, container, hostname: "etcd", part: etcdPart, ...mark },
            lan: { network: lan.network, link: lan.link, address },
            run: { text: runEtcd, args: [url] },
          }),
        ),
      own,
    );
    this.machine = machine;
    this.id = id;
    this.registerOutputs({ container: this.container, url: this.url });
  }
}

function etcdProblems({ address }: { readonly address: string }): Problem[] {
  return parseAddress(address) === undefined
    ? [{ field: "address", value: address, rule: "must be an IPv4 address, for example 10.89.7.10" }]
    : [];
}

/** The nodes' image holds the images of all workloads unpacked, and etcd's among them has this one file. */
const runEtcd = `
etcd=$(find /usr/share/cni-lab/snapshots -path '*/usr/local/bin/etcd' | head -n 1)
[ -n "$etcd" ] || { echo "the image of the nodes holds no etcd" >&2; exit 1; }
exec "$etcd" --name flannel --data-dir /var/lib/flannel-etcd --unsafe-no-fsync \\
  --listen-client-urls http://0.0.0.0:${etcdPort} --advertise-client-urls "$1"`;
