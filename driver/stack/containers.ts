import type { ContainerEngine, EngineThing, ListedContainer } from "../../components/cluster/engine/engine";
import { dhcpServerPart, nodeLabel, ownerLabel, partLabel, stackLabel } from "../../components/cluster/engine-labels";
import { capture, read } from "../run/capture";
import { askEngines } from "./ask-engines";
import { engineOfStack } from "./container-engine";

/** A node of a stack, as the container engine sees it. */
export interface NodeContainer {
  readonly engine: ContainerEngine;
  readonly stack: string;
  /** The node's name in Kubernetes. */
  readonly node: string;
  readonly container: string;
  readonly running: boolean;
  /** Whose it is; empty for one that does not say. */
  readonly owner: string;
}

/** A container of a stack, a node or not. */
export interface PartContainer {
  readonly container: string;
  readonly running: boolean;
}

/** A container, and the engine that has it. */
type Found = ListedContainer & { readonly engine: ContainerEngine };

/** All nodes of all stacks, stopped ones included. */
export async function nodeContainers(stack?: string): Promise<NodeContainer[]> {
  return nodesAmong(await containersOf(stack));
}

/** All containers of a stack, stopped ones included. */
export async function partContainers(stack: string): Promise<PartContainer[]> {
  return (await containersOf(stack)).map(toPart);
}

/** The DHCP server of a stack, stopped or not; undefined where the stack has none. */
export async function dhcpServer(stack: string): Promise<PartContainer | undefined> {
  const server = (await containersOf(stack)).find(({ labels }) => labels[partLabel] === dhcpServerPart);
  return server === undefined ? undefined : toPart(server);
}

const toPart = ({ name, running }: Found): PartContainer => ({ container: name, running });

/** The stacks of which there is a container, a node or not. */
export async function stacksWithContainers(): Promise<string[]> {
  return [...new Set((await containersOf()).map(({ labels }) => labels[stackLabel] ?? ""))];
}

/** Those of a list that are nodes: a stack has other containers too. */
export function nodesAmong(containers: readonly Found[]): NodeContainer[] {
  return containers.flatMap((found) => {
    const { [nodeLabel]: node, [stackLabel]: stack = "", [ownerLabel]: owner = "" } = found.labels;
    return node === undefined ? [] : [{ engine: found.engine, ...toPart(found), stack, node, owner }];
  });
}

/** Of one stack, or of all on all engines. */
async function containersOf(stack?: string): Promise<Found[]> {
  const label = stack === undefined ? stackLabel : `${stackLabel}=${stack}`;
  const ask = async (engine: ContainerEngine) =>
    engine
      .readContainers(JSON.parse(await read(engine.listContainers(label))))
      .map((container) => ({ ...container, engine }));
  return stack === undefined ? (await askEngines(ask)).flat() : ask(await engineOfStack(stack));
}

/** What of a stack is left in the container engine, by name. */
export interface Leftovers {
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
}

/** The kinds, in the order in which they can be removed: the others are in use by containers. */
const kinds = [
  ["containers", "container"],
  ["networks", "network"],
  ["volumes", "volume"],
] as const;

/**
 * What carries a label in a container engine, and the volumes without a name of their own that hang on it.
 *
 * @param label `key` or `key=value`
 */
export async function leftovers(engine: ContainerEngine, label: string): Promise<Leftovers> {
  const list = async (kind: EngineThing) => words(await read(engine.names(kind, label)));
  const containers = await list("container");
  return {
    containers,
    networks: await list("network"),
    volumes: [...new Set([...(await list("volume")), ...(await volumesOf(engine, containers))])],
  };
}

/** Those of `volumes` that still exist: one without a label can only be found again by its name. */
export async function existingVolumes(engine: ContainerEngine, volumes: readonly string[]): Promise<string[]> {
  if (volumes.length === 0) {
    return [];
  }
  const all = new Set(words(await read(engine.names("volume"))));
  return volumes.filter((volume) => all.has(volume));
}

/** Removes what is named; what is gone already is fine. */
export async function remove(engine: ContainerEngine, things: Leftovers): Promise<void> {
  for (const [key, kind] of kinds) {
    const names = kind === "volume" ? await existingVolumes(engine, things.volumes) : things[key];
    if (names.length > 0) {
      await capture(engine.removeAll(kind, names));
    }
  }
}

/** One line for each thing that is left. */
export function describeLeftovers(things: Leftovers): string[] {
  return kinds.flatMap(([key, kind]) => things[key].map((name) => `${kind} ${name}`));
}

async function volumesOf(engine: ContainerEngine, containers: readonly string[]): Promise<string[]> {
  return containers.length === 0 ? [] : words((await capture(engine.volumesOf(containers))).stdout);
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
