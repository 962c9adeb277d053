import { z } from "zod";
import { dhcpServerPart, nodeLabel, ownerLabel, partLabel, stackLabel } from "../../components/cluster/engine-labels";
import { capture, read } from "../run/capture";

/** A node of a stack, as the container engine sees it. */
export interface NodeContainer {
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

const listed = z.array(
  z.object({ Names: z.array(z.string()), State: z.string(), Labels: z.record(z.string(), z.string()).nullable() }),
);

type Listed = z.infer<typeof listed>;

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
  const server = (await containersOf(stack)).find(({ Labels }) => Labels?.[partLabel] === dhcpServerPart);
  return server === undefined ? undefined : toPart(server);
}

const toPart = ({ Names: [container = ""], State }: Listed[number]): PartContainer => ({
  container,
  running: State === "running",
});

/** The stacks of which there is a container, a node or not. */
export async function stacksWithContainers(): Promise<string[]> {
  return [...new Set((await containersOf()).map(({ Labels }) => Labels?.[stackLabel] ?? ""))];
}

/** Those of a list that are nodes: a stack has other containers too. */
export function nodesAmong(containers: Listed): NodeContainer[] {
  return containers.flatMap(({ Names: [container = ""], State, Labels }) => {
    const node = Labels?.[nodeLabel];
    return node === undefined
      ? []
      : [
          {
            stack: Labels?.[stackLabel] ?? "",
            node,
            container,
            running: State === "running",
            owner: Labels?.[ownerLabel] ?? "",
          },
        ];
  });
}

async function containersOf(stack?: string): Promise<Listed> {
  const filter = `label=${stackLabel}${stack === undefined ? "" : `=${stack}`}`;
  return listed.parse(JSON.parse(await read(["podman", "ps", "--all", "--filter", filter, "--format", "json"])));
}

/** What of a stack is left in the container engine, by name. */
export interface Leftovers {
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
}

/** How one kind of thing is listed and removed. */
const kinds = {
  containers: {
    list: ["ps", "--all", "--format", "{{.Names}}"],
    remove: ["rm", "--force", "--volumes", "--time", "0"],
  },
  networks: { list: ["network", "ls", "--format", "{{.Name}}"], remove: ["network", "rm", "--force"] },
  volumes: { list: ["volume", "ls", "--format", "{{.Name}}"], remove: ["volume", "rm", "--force"] },
} as const;

/**
 * What carries a label in the container engine, and the volumes without a name of their own that hang on it.
 *
 * @param label `key` or `key=value`
 */
export async function leftovers(label: string): Promise<Leftovers> {
  const list = async (kind: keyof typeof kinds) =>
    words(await read(["podman", ...kinds[kind].list, "--filter", `label=${label}`]));
  const containers = await list("containers");
  return {
    containers,
    networks: await list("networks"),
    volumes: [...new Set([...(await list("volumes")), ...(await volumesOf(containers))])],
  };
}

/** Those of `volumes` that still exist: one without a label can only be found again by its name. */
export async function existingVolumes(volumes: readonly string[]): Promise<string[]> {
  if (volumes.length === 0) {
    return [];
  }
  const all = new Set(words(await read(["podman", "volume", "ls", "--format", "{{.Name}}"])));
  return volumes.filter((volume) => all.has(volume));
}

/** Removes what is named; what is gone already is fine. Containers go first, as the others are in use by them. */
export async function remove(things: Leftovers): Promise<void> {
  for (const kind of ["containers", "networks", "volumes"] as const) {
    const names = kind === "volumes" ? await existingVolumes(things.volumes) : things[kind];
    if (names.length > 0) {
      await capture(["podman", ...kinds[kind].remove, ...names]);
    }
  }
}

/** One line for each thing that is left. */
export function describeLeftovers(things: Leftovers): string[] {
  return (["containers", "networks", "volumes"] as const).flatMap((kind) =>
    things[kind].map((name) => `${kind.slice(0, -1)} ${name}`),
  );
}

async function volumesOf(containers: readonly string[]): Promise<string[]> {
  if (containers.length === 0) {
    return [];
  }
  const format = '{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}}{{"\\n"}}{{end}}{{end}}';
  const ran = await capture(["podman", "container", "inspect", "--format", format, ...containers]);
  return words(ran.stdout);
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
