import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { made } from "../args/fields";
import type { ContainerEngine } from "./engine/engine";
import { hostOnLan, lanNames } from "./lan";
import { createLan, deleteLan, type LanPlan } from "./node-container";
import type { Standing } from "./standing";

/** A LAN of a cluster: a network of the container engine that leads nowhere else. */
export interface ClusterLan {
  /** The engine whose network it is: whoever else is on it is a container of the same. */
  readonly engine: ContainerEngine;
  /** Its name in the container engine. */
  readonly network: string;
  /** The nodes' interface on it. */
  readonly link: string;
  /** The network of the nodes' addresses on it; undefined where they have none. */
  readonly cidr?: pulumi.Input<string>;
  /** Changes when the LAN is made anew: among the triggers of what is on it, it makes the engine remove that first. */
  readonly id: pulumi.Output<string>;
}

/** Such a LAN among the arguments of a component. */
export const lanField = made("a LAN of a Cluster", "engine", "network", "link");

/** What the LANs of a cluster are made from. */
interface LansPlan {
  readonly engine: ContainerEngine;
  readonly stack: string;
  readonly lanCidr: pulumi.Input<string>;
  /** @default false */
  readonly secondLan?: boolean;
}

/**
 * The LANs of a cluster: the nodes' own, and a second one where it is asked for. Another generation of a LAN is another
 * LAN, with all that is on it.
 */
export function createLans(
  name: string,
  { engine, stack, lanCidr, secondLan = false }: LansPlan,
  origins: { readonly first: pulumi.Output<Standing>; readonly second: pulumi.Output<Standing> },
  opts: pulumi.CustomResourceOptions,
): ClusterLan[] {
  const make = (
    suffix: string,
    plan: Omit<LanPlan, "addresses">,
    origin: pulumi.Output<Standing>,
    cidr?: pulumi.Output<string>,
  ) =>
    new command.local.Command(
      `${name}-${suffix}`,
      {
        create: pulumi
          .all([origin, cidr])
          .apply(([own, subnet]) => createLan(engine, { ...plan, ...own, addresses: addressesOf(subnet) })),
        delete: origin.apply(({ owner }) => deleteLan(engine, { ...plan, owner })),
        // A LAN without a generation has to keep the triggers that it was made with.
        triggers: pulumi
          .all([origin, cidr])
          .apply(([{ generation }, subnet]) => [subnet ?? [], generation === "" ? [] : generation].flat()),
        logging: "none",
      },
      { ...opts, deleteBeforeReplace: true },
    ).stdout;
  const names = lanNames(stack);
  const cidr = pulumi.output(lanCidr);
  const first = make("lan", { stack, network: names.first }, origins.first, cidr);
  const own = { engine, network: names.first, link: "eth1", cidr, id: first };
  if (!secondLan) {
    return [own];
  }
  const second = make("lan2", { stack, network: names.second }, origins.second);
  return [own, { engine, network: names.second, link: "eth2", id: second }];
}

/** This machine is on the LAN too. */
function addressesOf(subnet: string | undefined): LanPlan["addresses"] {
  return subnet === undefined ? undefined : { subnet, gateway: hostOnLan(subnet) };
}
