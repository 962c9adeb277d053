import type { ContainerEngine } from "../../components/cluster/engine/engine";
import { read } from "../run/capture";
import type { Probers } from "./meter";

/** A node that is a container of this machine. */
interface NodeContainer {
  readonly name: string;
  readonly container?: string;
}

/**
 * Probers in the networks of containers.
 *
 * @param program the prober, a program that needs nothing beside it
 */
export function probersInContainers(
  engine: ContainerEngine,
  nodes: readonly NodeContainer[],
  program: string,
): () => Promise<Probers> {
  return async () => {
    const pids = (await read(engine.pids(nodes.flatMap(({ container }) => container ?? [])))).trim().split("\n");
    return new Map(
      nodes.map(({ name }, i) => [name, ["nsenter", "--target", pids[i] ?? "", "--net", program, "prober"]]),
    );
  };
}
