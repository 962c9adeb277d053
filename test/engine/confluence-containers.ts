import { execa } from "execa";
import { runVariable, testLabel } from "../../cli/test/run";
import { silentProgress } from "../../lib/progress";
import { digestOf } from "../../toolchain/artifact";
import { userCache } from "../../toolchain/cache";
import { catalog } from "../../toolchain/catalog";
import { archivedName } from "../../toolchain/images/artifact";
import { workloads } from "../../toolchain/images/workloads";
import { Store } from "../../toolchain/store";

const label = `${testLabel}=${process.env[runVariable] ?? "confluence-node"}`;
const prefix = `cni-lab-test-confluence-node-${process.pid}`;
/** Within the limits of a machine without CAP_SYS_RESOURCE. */
const limits = ["--ulimit=nofile=20000:20000", "--ulimit=nproc=30000:30000"];

/** What podman prints; rejects when it fails. */
export async function podman(...argv: readonly string[]): Promise<string> {
  return (await execa("podman", ["--runtime", "runc", "--cgroup-manager", "cgroupfs", ...argv])).stdout;
}

/** An image that a container is made of. */
export type ImageName = "confluence-node" | "postgres";

/** What a container is given. */
export interface ContainerOptions {
  readonly image: ImageName;
  readonly env: Readonly<Record<string, string>>;
  /** Arguments of the image's entrypoint. @default none */
  readonly args?: readonly string[];
}

/** A container on the test's network. */
export class Container {
  constructor(
    readonly name: string,
    readonly address: string,
  ) {}

  /** Both streams. */
  async log(): Promise<string> {
    const { all } = await execa("podman", ["logs", this.name], { all: true });
    return all;
  }

  exec(...argv: readonly string[]): Promise<string> {
    return podman("exec", this.name, ...argv);
  }

  /** `running`, or `exited` with the exit code. */
  state(): Promise<string> {
    return podman("inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", this.name);
  }

  /** What the node answers over HTTP: the code, a space, the body. */
  get(path: string): Promise<string> {
    return this.ask("GET", path);
  }

  post(path: string): Promise<string> {
    return this.ask("POST", path);
  }

  private async ask(method: string, path: string): Promise<string> {
    const signal = AbortSignal.timeout(10_000);
    const response = await fetch(`http://${this.address}:8090${path}`, { method, signal });
    return `${response.status} ${await response.text()}`;
  }

  /** Sends all that leaves for an address and port to another one, as a Service of Kubernetes does. */
  async redirect(from: string, to: string): Promise<void> {
    const pid = await podman("inspect", "--format", "{{.State.Pid}}", this.name);
    const nat = ["nsenter", "--target", pid, "--net", "iptables", "--table", "nat", "--append"] as const;
    const [program, ...args] = [...nat, "OUTPUT", "--destination", from, "--protocol", "tcp"];
    await execa(program, [...args, "--jump", "DNAT", "--to-destination", to]);
  }
}

/** A network of its own and the containers on it, of the images that the toolchain makes for pods. */
export class Containers {
  private readonly names: string[] = [];

  private constructor(
    private readonly images: ReadonlyMap<ImageName, string>,
    /** The first three numbers of the network's addresses. */
    private readonly net: string,
  ) {}

  static async make(): Promise<Containers> {
    const images = await loadImages("confluence-node", "postgres");
    await podman("network", "create", "--label", label, prefix);
    const net = await podman("network", "inspect", "--format", "{{(index .Subnets 0).Subnet}}", prefix);
    return new Containers(images, net.split(".").slice(0, 3).join("."));
  }

  /** A container whose network is there and whose process waits for `start`. */
  async create(hostname: string, { image, env, args = [] }: ContainerOptions): Promise<Container> {
    const number = 10 + this.names.length;
    const container = new Container(`${prefix}-${hostname}`, `${this.net}.${number}`);
    // The same after a restart, or the others would look for it where it was, for half a minute.
    const mac = `02:00:00:00:00:${number.toString(16).padStart(2, "0")}`;
    this.names.push(container.name);
    await podman(
      ...["create", "--name", container.name, "--hostname", hostname, "--label", label, ...limits],
      ...["--network", `${prefix}:ip=${container.address},mac=${mac}`],
      ...[...variables(env), this.imageOf(image), ...args],
    );
    await podman("init", container.name);
    return container;
  }

  /** A container that runs. */
  async run(hostname: string, options: ContainerOptions): Promise<Container> {
    const container = await this.create(hostname, options);
    await podman("start", container.name);
    return container;
  }

  /** Runs a container without a network to its end: exit code, a space, what it said. */
  async outcome({ image, env, args = [] }: ContainerOptions): Promise<string> {
    const argv = ["--runtime", "runc", "--cgroup-manager", "cgroupfs", "run", "--rm", "--label", label, ...limits];
    const options = ["--network=none", ...variables(env), this.imageOf(image), ...args];
    const { exitCode, all } = await execa("podman", [...argv, ...options], { all: true, reject: false });
    return `${exitCode} ${all}`;
  }

  async remove(): Promise<void> {
    await podman("rm", "--force", "--volumes", "--time=0", "--ignore", ...this.names);
    await podman("network", "rm", prefix);
    await podman("rmi", ...this.images.values());
  }

  private imageOf(name: ImageName): string {
    return this.images.get(name) ?? name;
  }
}

function variables(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
}

/** Takes images out of the archive that the toolchain has built for the nodes. */
async function loadImages(...names: readonly ImageName[]): Promise<Map<ImageName, string>> {
  const cache = userCache();
  const store = new Store(cache);
  const { workloadImages } = catalog(cache);
  await store.ensure([workloadImages], silentProgress);
  const loaded = new Map<ImageName, string>();
  for (const name of names) {
    const workload = workloads.find((each) => each.name === name);
    if (workload === undefined) {
      throw new Error(`no workload ${name}`);
    }
    const image = archivedName(workload, digestOf(workloadImages));
    await podman("pull", "--quiet", `docker-archive:${store.pathOf(workloadImages)}/images.tar:${image}`);
    loaded.set(name, image);
  }
  return loaded;
}
