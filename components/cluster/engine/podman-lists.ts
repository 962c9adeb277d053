import type { ListedContainer, ListedNetwork } from "./engine";

interface PodmanContainer {
  readonly Names: readonly string[];
  readonly Id?: string;
  readonly Image?: string;
  readonly State?: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
}

interface PodmanNetwork {
  readonly name: string;
  readonly network_interface?: string;
  readonly subnets?: readonly { readonly subnet: string }[] | null;
  readonly labels?: Readonly<Record<string, string>> | null;
}

/** Reads what `podman ps --format json` printed. */
export function readContainers(json: unknown): ListedContainer[] {
  return listOf<PodmanContainer>(json, "ps").flatMap(({ Names, Id, Image = "", State, Labels }) =>
    Names.map((name) => ({ name, id: Id, image: Image, running: State === "running", labels: Labels ?? {} })),
  );
}

/** Reads what `podman network ls --format json` printed. */
export function readNetworks(json: unknown): ListedNetwork[] {
  return listOf<PodmanNetwork>(json, "network ls").map(({ name, labels, network_interface, subnets }) => ({
    ...{ name, labels: labels ?? {}, link: network_interface },
    subnets: (subnets ?? []).map(({ subnet }) => subnet),
  }));
}

function listOf<T>(json: unknown, command: string): readonly T[] {
  if (!Array.isArray(json)) {
    throw new TypeError(`podman ${command} printed no list, but ${JSON.stringify(json)}`);
  }
  return json;
}
