import * as pulumi from "@pulumi/pulumi";
import type { ClusterLan } from "../../cluster/cluster-lans";
import { etcdPart } from "../../cluster/engine-labels";
import { ContainerShell, type NodeShell } from "../../cluster/node-shell";
import { createSide } from "../../cluster/side-container";
import { sideMachine } from "../../cluster/side-machine";
import { etcdContainer, etcdPort } from "./service";

export interface EtcdArgs {
  /** The lab that it belongs to: part of its container's name, and its label. */
  readonly stack: string;
  /** The nodes' image: the image of etcd is in its store. */
  readonly image: string;
  /** The LAN that its clients are on. */
  readonly lan: ClusterLan;
  /** Its address there. */
  readonly address: string;
}

/**
 * An etcd of its own, beside the nodes and beside that of Kubernetes: one member, in a container, without encryption.
 * It does not sync its writes: a lab is made to be thrown away.
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
  readonly url: string;
  readonly shell: NodeShell;
  /** The container, as a resource. */
  readonly machine: pulumi.Resource;
  /** The container's id, once it runs: another one means that all its keys are gone. */
  readonly id: pulumi.Output<string>;

  constructor(name: string, { stack, image, lan, address }: EtcdArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:Etcd", name, {}, opts);
    this.container = etcdContainer(stack);
    this.url = `http://${address}:${etcdPort}`;
    this.shell = new ContainerShell(lan.engine, this.container);
    const { container } = this;
    const { machine, id } = sideMachine(
      `${name}-container`,
      { stack, container, lan },
      (mark) =>
        createSide(lan.engine, {
          ...{ stack, image, container, hostname: "etcd", part: etcdPart, ...mark },
          lan: { network: lan.network, link: lan.link, address },
          run: { text: runEtcd, args: [this.url] },
        }),
      this,
    );
    this.machine = machine;
    this.id = id;
    this.registerOutputs({ container: this.container, url: this.url });
  }
}

/** The nodes' image holds the images of all workloads unpacked, and etcd's among them has this one file. */
const runEtcd = `
etcd=$(find /usr/share/cni-lab/snapshots -path '*/usr/local/bin/etcd' | head -n 1)
[ -n "$etcd" ] || { echo "the image of the nodes holds no etcd" >&2; exit 1; }
exec "$etcd" --name flannel --data-dir /var/lib/flannel-etcd --unsafe-no-fsync \\
  --listen-client-urls http://0.0.0.0:${etcdPort} --advertise-client-urls "$1"`;
