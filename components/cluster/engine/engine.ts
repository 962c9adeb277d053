/** The words of a command, the program's name first. */
export type Argv = readonly string[];

/** The kinds of things that an engine keeps. */
export type EngineThing = "container" | "network" | "volume";

/** Labels by their keys, in the order in which they are given. */
export type Labels = Readonly<Record<string, string>>;

/**
 * A container engine of this machine, as what it is told: pure functions that give commands, and what their answers
 * mean. Everything that differs between engines is in here, and nobody else asks which one it is.
 *
 * An `Argv` is one command. A `string` is a line for a POSIX shell, where an engine may need more than one command.
 * What is marked as recorded stands in the states of stacks: another spelling replaces a living cluster.
 */
export interface ContainerEngine {
  /** What it is called: the value of the config key `engine`, and its program's name. */
  readonly name: string;
  /**
   * How this machine reaches a node: by its address on the LAN, or only by a port of its own loopback interface, which
   * the engine passes on.
   */
  readonly reach: "address" | "loopback";
  /** The oldest version that can do all of this. */
  readonly oldest: string;

  /** Makes a network that leads nowhere. Recorded. */
  createNetwork(plan: NetworkPlan): Argv;
  /** Succeeds where a network of this name is there and carries these labels. Recorded. */
  hasNetwork(network: string, labels: Labels): string;
  /** Removes a network. Recorded. */
  removeNetwork(network: string): Argv;

  /** Succeeds where the engine has the image. Recorded. */
  hasImage(image: string): Argv;
  /** Starts a new container and prints its id. Recorded. */
  run(plan: ContainerPlan): string;
  /** Removes a container with its volumes; gone already is fine, and so is one without these labels. Recorded. */
  removeContainer(container: string, labels: Labels): string;

  /** Runs a command in a container. Recorded. */
  exec(container: string, words: Argv, terminal?: Terminal): Argv;
  /** Starts a container that was stopped. */
  start(container: string): Argv;
  /** Prints `true` where a container runs. */
  isRunning(container: string): Argv;
  /** Prints the log of a container, each of its streams where it was written. */
  logs(container: string, options?: Argv): Argv;

  /** Prints what is known of containers as JSON for `readInspected`. It fails where one is not there, and tells of the others. */
  inspect(containers: readonly string[]): Argv;
  readInspected(json: unknown): InspectedContainer[];
  /** Prints the names of the volumes that containers have, a line each. */
  volumesOf(containers: readonly string[]): Argv;

  /** Prints the containers with a label, stopped ones too, as JSON for `readContainers`. @param label `key` or `key=value` */
  listContainers(label: string): Argv;
  readContainers(json: unknown): ListedContainer[];
  /** Prints all networks as JSON for `readNetworks`. */
  listNetworks(): Argv;
  readNetworks(json: unknown): ListedNetwork[];
  /** Prints the names of all things of a kind, stopped ones too, a line each. @param label `key` or `key=value` */
  names(kind: EngineThing, label?: string): Argv;
  /** Prints the full ids of the running containers that carry all of these labels, a line each. */
  ids(labels: readonly string[]): Argv;
  /** Removes things by their names, whatever uses them. */
  removeAll(kind: EngineThing, names: readonly string[]): Argv;
  /** Prints what the engine is, as JSON for `readInfo`. It fails where the engine does not work. */
  info(): Argv;
  readInfo(json: unknown): EngineInfo;
}

/** What an engine says of itself. */
export interface EngineInfo {
  readonly version: string;
  /** Whether it has no more rights than a user who is not root. */
  readonly rootless: boolean;
  /** The folder that holds images, containers and volumes, on the engine's machine. */
  readonly folder: string;
}

/** What of the caller's terminal a command in a container has. @default nothing */
export type Terminal = "input" | "input and terminal" | "nothing";

/** A network to make: of containers only, with no way out and no name server. */
export interface NetworkPlan {
  readonly network: string;
  readonly labels: Labels;
  /** The addresses that the engine gives out, and which of them is this machine's; undefined where it gives none. */
  readonly addresses?: { readonly subnet: string; readonly gateway: string };
}

/** An interface of a container on a network. */
export interface NetworkPort {
  readonly network: string;
  /** The interface's name in the container. */
  readonly link: string;
  /** @default one that the network gives out, or none where it gives out none */
  readonly address?: string;
}

/** A TCP port that an engine passes on to a container. */
export interface PublishedPort {
  /** Of this machine. */
  readonly address: string;
  readonly port: number;
  /** The container's port. */
  readonly to: number;
}

/** A container to start, that stays. */
export interface ContainerPlan {
  readonly container: string;
  readonly hostname: string;
  readonly labels: Labels;
  /** A machine of its own: with devices, mounts and control groups as one has them, and all capabilities. @default false */
  readonly machine?: boolean;
  /** Capabilities besides the engine's usual ones. @default none */
  readonly capabilities?: readonly string[];
  /** The signal that its first process ends by. */
  readonly stopSignal: string;
  /** @default none */
  readonly env?: Labels;
  readonly ports: readonly NetworkPort[];
  /** A TCP port of this machine that leads to one of the container; only for engines with `reach: "loopback"`. @default none */
  readonly published?: PublishedPort;
  /** Addresses by names, for its `/etc/hosts`. @default none */
  readonly hosts?: Labels;
  /** Folders in memory. */
  readonly memoryFolders: readonly string[];
  /** Folders on a volume that goes with it. @default none */
  readonly volumeFolders?: readonly string[];
  readonly image: string;
  /** Its first process. */
  readonly words: Argv;
}

/** A container as an engine lists it. */
export interface ListedContainer {
  readonly name: string;
  /** Of all of that name that ever were. */
  readonly id?: string;
  /** As it was named when the container was made. */
  readonly image: string;
  readonly running: boolean;
  readonly labels: Labels;
}

/** What an engine knows of a container, as far as it says how to enter it. */
export interface InspectedContainer {
  readonly name: string;
  readonly id: string;
  /** Of its first process, on the machine of the engine; 0 where it does not run. */
  readonly pid: number;
  /** The environment of what is run in it: words as `PATH=/bin`. */
  readonly env: readonly string[];
  /** Whether what is run in it has all rights that root has. */
  readonly privileged: boolean;
  /** Whether its users are others than those of the machine. */
  readonly ownUsers: boolean;
  /** Who runs what is run in it; empty for root. */
  readonly user: string;
  /** Where it is run. */
  readonly folder: string;
}

/** A network as an engine lists it. */
export interface ListedNetwork {
  readonly name: string;
  readonly labels: Labels;
  /** The name of its bridge on this machine, if it has one. */
  readonly link?: string;
  /** The networks of its addresses, as CIDRs. */
  readonly subnets: readonly string[];
}
