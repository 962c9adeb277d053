import type { Argv, ContainerEngine } from "../../components/cluster/engine/engine";
import type { Probers } from "../meter/meter";
import { capture } from "../run/capture";
import { waysInto } from "./enter";

/** A node that is a container. */
interface NodeContainer {
  readonly name: string;
  readonly container?: string;
}

/** Where the prober lies in a container that it can only be run in by the engine; it goes with the container. */
const delivered = "/var/tmp/cni-lab-prober";

/** Another meter may run what is there: that stays what it runs. */
const deliver = 'cat >"$1.$$" && chmod 755 "$1.$$" && mv "$1.$$" "$1"';

/**
 * Probers in the networks of containers: programs of this machine where those are on it, else of theirs.
 *
 * @param program the prober, a program that needs nothing beside it
 */
export function probersInContainers(
  engine: ContainerEngine,
  nodes: readonly NodeContainer[],
  program: string,
): () => Promise<Probers> {
  return async () => {
    const placed = nodes.flatMap(({ name, container }) => (container === undefined ? [] : [{ name, container }]));
    const ways = await waysInto(
      engine,
      placed.map(({ container }) => container),
    );
    const all = placed.map(async ({ name, container }): Promise<[string, Argv]> => {
      const pid = ways.get(container)?.pid;
      return pid === undefined
        ? [name, await probeInside(engine, container, program)]
        : [name, ["nsenter", "--target", String(pid), "--net", program, "prober"]];
    });
    return new Map(await Promise.all(all));
  };
}

/** The meter says what is wrong with a prober that could not be delivered. */
async function probeInside(engine: ContainerEngine, container: string, program: string): Promise<Argv> {
  await capture(engine.exec(container, ["sh", "-euc", deliver, "sh", delivered], "input"), { inputFile: program });
  return engine.exec(container, [delivered, "prober"], "input");
}
