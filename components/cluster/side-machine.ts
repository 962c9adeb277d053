import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { awake } from "./awake";
import type { ClusterLan } from "./cluster-lans";
import { lookAround } from "./look-around";
import { deleteSide, type SidePlan, wakeSide } from "./side-container";
import { generationOf, ownerIn } from "./standing";

/** A container beside the nodes, as a resource. */
export interface SideMachine {
  readonly machine: command.local.Command;
  /** Its id, once it runs: another one means that all that it had written is gone. */
  readonly id: pulumi.Output<string>;
}

/** What a container beside the nodes is called, and where it stands. */
interface SidePlace {
  readonly stack: string;
  readonly container: string;
  readonly lan: ClusterLan;
}

/**
 * Makes a container beside the nodes, with what says whose it is, and starts it again where it was stopped.
 *
 * @param create the command line that starts it
 */
export function sideMachine(
  name: string,
  { stack, container, lan }: SidePlace,
  create: (mark: Required<Pick<SidePlan, "generation" | "owner">>) => pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
): SideMachine {
  const { engine } = lan;
  const call = { parent: opts.parent };
  const standing = lookAround(engine, stack, call);
  const owner = standing.apply((found) => ownerIn(found.containers, container, found.owner));
  const line = pulumi
    .all([standing, owner])
    .apply(([{ containers, fresh }, own]) =>
      create({ generation: generationOf(containers, container, fresh), owner: own }),
    );
  const machine = new command.local.Command(
    name,
    {
      create: line,
      delete: owner.apply((own) => deleteSide(engine, container, own)),
      triggers: [line, lan.id],
      logging: "none",
    },
    { ...opts, deleteBeforeReplace: true },
  );
  return { machine, id: awake(machine.stdout, engine, container, wakeSide(engine, container), call) };
}
