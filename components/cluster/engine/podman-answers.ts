import type { EngineInfo, InspectedContainer, ListedContainer, ListedNetwork } from "./engine";

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

interface PodmanInfo {
  readonly version: { readonly Version: string };
  readonly host: { readonly security: { readonly rootless: boolean } };
  readonly store: { readonly graphRoot: string };
}

interface PodmanInspected {
  readonly Id: string;
  readonly Name: string;
  readonly State: { readonly Pid: number };
  readonly Config: { readonly Env: readonly string[]; readonly User: string; readonly WorkingDir: string };
  readonly HostConfig: { readonly Privileged: boolean; readonly UsernsMode: string };
}

/** Reads what `podman info` printed. */
export function readInfo(json: unknown): EngineInfo {
  const { version, host, store } = json as PodmanInfo;
  return { version: version.Version, rootless: host.security.rootless, folder: store.graphRoot };
}

/** Reads what `podman container inspect` printed. */
export function readInspected(json: unknown): InspectedContainer[] {
  return listOf<PodmanInspected>(json, "container inspect").map(({ Id, Name, State, Config, HostConfig }) => ({
    ...{ name: Name, id: Id, pid: State.Pid, env: Config.Env, user: Config.User, folder: Config.WorkingDir },
    privileged: HostConfig.Privileged,
    ownUsers: HostConfig.UsernsMode !== "",
  }));
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
