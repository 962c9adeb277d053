import type { EngineInfo, InspectedContainer, ListedContainer, ListedNetwork } from "./engine";

interface DockerContainer {
  readonly name: string;
  readonly id: string;
  readonly image: string;
  readonly running: boolean;
  readonly labels: Readonly<Record<string, string>> | null;
}

interface DockerNetwork {
  readonly name: string;
  readonly id: string;
  readonly driver: string;
  readonly options: Readonly<Record<string, string>> | null;
  readonly labels: Readonly<Record<string, string>> | null;
  readonly addresses: readonly { readonly Subnet?: string }[] | null;
}

interface DockerInfo {
  readonly ServerVersion: string;
  readonly SecurityOptions: readonly string[] | null;
  readonly DockerRootDir: string;
}

interface DockerInspected {
  readonly Id: string;
  readonly Name: string;
  readonly State: { readonly Pid: number };
  readonly Config: { readonly Env: readonly string[] | null; readonly User: string; readonly WorkingDir: string };
  readonly HostConfig: { readonly Privileged: boolean; readonly UsernsMode: string };
}

/** Reads what `docker info` printed. */
export function readInfo(json: unknown): EngineInfo {
  const { ServerVersion, SecurityOptions, DockerRootDir } = json as DockerInfo;
  const rootless = (SecurityOptions ?? []).some((option) => option.split(",").includes("name=rootless"));
  return { version: ServerVersion, rootless, folder: DockerRootDir };
}

/** Reads what `docker container inspect` printed. */
export function readInspected(json: unknown): InspectedContainer[] {
  return listOf<DockerInspected>(json, "container inspect").map(({ Id, Name, State, Config, HostConfig }) => ({
    ...{ name: nameOf(Name), id: Id, pid: State.Pid, env: Config.Env ?? [], user: Config.User },
    folder: Config.WorkingDir === "" ? "/" : Config.WorkingDir,
    privileged: HostConfig.Privileged,
    ownUsers: HostConfig.UsernsMode !== "",
  }));
}

/** Reads what was printed of containers in the format of `docker.ts`. */
export function readContainers(json: unknown): ListedContainer[] {
  return listOf<DockerContainer>(json, "container inspect").map(({ name, labels, ...rest }) => ({
    ...rest,
    name: nameOf(name),
    labels: labels ?? {},
  }));
}

/** Reads what was printed of networks in the format of `docker.ts`. */
export function readNetworks(json: unknown): ListedNetwork[] {
  return listOf<DockerNetwork>(json, "network inspect").map(({ name, id, driver, options, labels, addresses }) => ({
    name,
    labels: labels ?? {},
    link: options?.["com.docker.network.bridge.name"] ?? (driver === "bridge" ? `br-${id.slice(0, 12)}` : undefined),
    subnets: (addresses ?? []).flatMap(({ Subnet }) => Subnet ?? []),
  }));
}

/** Docker puts a slash before the name of a container. */
const nameOf = (name: string) => name.replace(/^\//, "");

function listOf<T>(json: unknown, command: string): readonly T[] {
  if (!Array.isArray(json)) {
    throw new TypeError(`docker ${command} printed no list, but ${JSON.stringify(json)}`);
  }
  return json;
}
