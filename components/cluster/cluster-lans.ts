import * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import { hostOnLan } from "../lib/lan";
import { createLan, deleteLan, type LanPlan } from "./node-container";

/** A LAN of a cluster: a network of the container engine that leads nowhere else. */
export interface ClusterLan {
  /** Its name in the container engine. */
  readonly network: string;
  /** The nodes' interface on it. */
  readonly link: string;
  /** The network of the nodes' addresses on it; undefined where they have none. */
  readonly cidr?: string;
  /** Changes when the LAN is made anew: among the triggers of what is on it, it makes the engine remove that first. */
  readonly id: pulumi.Output<string>;
}

/** The LANs of a cluster: the nodes' own, and a second one where it is asked for. */
export function createLans(
  name: string,
  { stack, lanCidr, secondLan }: { readonly stack: string; readonly lanCidr: string; readonly secondLan?: boolean },
  opts: pulumi.CustomResourceOptions,
): ClusterLan[] {
  const make = (suffix: string, plan: LanPlan, triggers: string[]) =>
    new command.local.Command(
      `${name}-${suffix}`,
      { create: createLan(plan), delete: deleteLan(plan.network), triggers, logging: "none" },
      { ...opts, deleteBeforeReplace: true },
    ).stdout;
  const first: LanPlan = {
    stack,
    network: `cni-lab-${stack}`,
    addresses: { subnet: lanCidr, gateway: hostOnLan(lanCidr) },
  };
  const own = { network: first.network, link: "eth1", cidr: lanCidr, id: make("lan", first, [lanCidr]) };
  if (secondLan !== true) {
    return [own];
  }
  const second: LanPlan = { stack, network: `cni-lab-${stack}-2` };
  return [own, { network: second.network, link: "eth2", id: make("lan2", second, []) }];
}
