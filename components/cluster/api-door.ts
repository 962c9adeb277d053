import * as pulumi from "@pulumi/pulumi";
import type { ClusterLan } from "./cluster-lans";
import { apiDoorPart } from "./engine-labels";
import { apiPort } from "./kubeadm";
import { apiDoorOnLan, apiPortOf } from "./lan";
import { createSide } from "./side-container";
import { sideMachine } from "./side-machine";

/** Where this machine finds an API server. */
export interface ApiPlace {
  readonly address: string;
  readonly port: number;
}

/** What a way to an API server is made from. */
export interface ApiDoorPlan {
  readonly stack: string;
  /** An image with socat: the nodes' one. */
  readonly image: pulumi.Input<string>;
  /** The nodes' LAN, and its network. */
  readonly lan: ClusterLan;
  readonly lanCidr: pulumi.Output<string>;
  /** Of the control plane, on that LAN. */
  readonly address: pulumi.Output<string>;
}

/**
 * The way to an API server that this machine can't reach by its address: a container on the nodes' LAN, which passes on what
 * comes to a port of the loopback interface. Not a port of the control plane itself: on more than one network an engine
 * is free to pass it on by whichever of them.
 */
export function createApiDoor(
  name: string,
  { stack, image, lan, lanCidr, address }: ApiDoorPlan,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<ApiPlace> {
  const container = `cni-lab-${stack}-api`;
  const here = lanCidr.apply((cidr): ApiPlace => ({ address: "127.0.0.1", port: apiPortOf(cidr) }));
  const { id } = sideMachine(
    name,
    { stack, container, lan },
    (mark) =>
      pulumi.all([image, lanCidr, address, here]).apply(([nodeImage, cidr, controlPlane, published]) =>
        createSide(lan.engine, {
          ...{ stack, container, ...mark, hostname: "api", part: apiDoorPart, image: nodeImage },
          lan: { network: lan.network, link: lan.link, address: apiDoorOnLan(cidr) },
          published: { ...published, to: apiPort },
          run: {
            text: `exec socat TCP-LISTEN:${apiPort},fork,reuseaddr "TCP:$1:${apiPort}"`,
            args: [controlPlane],
          },
        }),
      ),
    opts,
  );
  return pulumi.all([here, id]).apply(([place]) => place);
}
