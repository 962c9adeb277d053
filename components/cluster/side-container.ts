import { quote } from "../../lib/shell";
import type { ContainerEngine, ContainerPlan, NetworkPort, PublishedPort } from "./engine/engine";
import { originLabels, partLabel, stackLabel } from "./engine-labels";
import { deleteNode, requireImage } from "./node-container";
import { type Script, scriptArgv } from "./shell/node-shell";

/** A container of a lab beside its nodes, as a server on one of its LANs. */
export interface SidePlan {
  readonly stack: string;
  readonly container: string;
  /** @default "": none, as what was made before there were generations */
  readonly generation?: string;
  /** Whose it is. @default "": nobody's, as what was made before there were owners */
  readonly owner?: string;
  readonly hostname: string;
  /** What it is, for those who look for it among the lab's containers. */
  readonly part: string;
  /** The nodes' image, or another one with a shell and ip. */
  readonly image: string;
  readonly lan: NetworkPort;
  /** @default none */
  readonly capabilities?: readonly string[];
  /** @default none */
  readonly published?: PublishedPort;
  /** Its first process. */
  readonly run: Script;
}

/**
 * The command line that starts the container; prints its id. What an earlier, broken off try left under the same name
 * is removed first.
 */
export function createSide(engine: ContainerEngine, plan: SidePlan): string {
  return [
    requireImage(engine, plan.image),
    `${deleteSide(engine, plan.container, plan.owner)} >&2`,
    engine.run(containerOf(plan)),
  ].join(" && ");
}

/** The command line that removes the container; gone already is fine, and one of its name that is another's stays. */
export const deleteSide = deleteNode;

/** The command line that starts the container again where it was stopped or has died; what it has written is still there. */
export function wakeSide(engine: ContainerEngine, container: string): string {
  return `[ "$(${quote(engine.isRunning(container))})" = true ] || ${quote(engine.start(container))} >/dev/null`;
}

function containerOf(plan: SidePlan): ContainerPlan {
  return {
    container: plan.container,
    hostname: plan.hostname,
    labels: { [stackLabel]: plan.stack, [partLabel]: plan.part, ...originLabels(plan) },
    capabilities: plan.capabilities,
    // The nodes' image names the signal that systemd ends by.
    stopSignal: "SIGTERM",
    ports: [plan.lan],
    ...(plan.published === undefined ? {} : { published: plan.published }),
    memoryFolders: ["/run"],
    image: plan.image,
    words: scriptArgv(plan.run),
  };
}
