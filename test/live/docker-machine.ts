import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { runVariable, testLabel } from "../../cli/test/run";
import { limits } from "../../components/cluster/engine/same-words";

/** Before 23 Docker asks for every capability that the kernel knows, also where the machine itself has not all of them. */
const runcHere = `#!/bin/sh
file=
for word in "$@"; do
  case $last in --bundle) file=$word/config.json ;; --process) file=$word ;; esac
  last=$word
done
bounds=$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status)
# The 24th bit is CAP_SYS_RESOURCE.
case $(printf %d "$((0x$bounds >> 24 & 1))") in
0) [ -z "$file" ] || sed -i 's/"CAP_SYS_RESOURCE",//g' "$file" ;;
esac
exec /usr/sbin/runc "$@"
`;

/**
 * A machine whose container engine is Docker, from Debian: a container of this machine. Its processes and its networks are its
 * own, as those of Docker Desktop or of an engine behind an ssh connection are: this machine has its socket, and no way to
 * its containers but the ports that are published on its loopback interface, which `forward` brings here.
 */
export class DockerMachine {
  private readonly shared: string;
  private readonly servers: Server[] = [];

  constructor(
    private readonly name: string,
    private readonly image: string,
    folder: string,
  ) {
    this.shared = path.join(folder, "shared");
  }

  /** What a command needs in its environment to use the engine. */
  get env(): { readonly DOCKER_HOST: string; readonly PATH: string } {
    return {
      DOCKER_HOST: `unix://${this.shared}/docker.sock`,
      PATH: `${this.shared}/bin:${process.env.PATH}`,
    };
  }

  /** Starts it; done when the engine answers. @throws Error with what the engine said last, after a minute */
  async make(): Promise<void> {
    mkdirSync(path.join(this.shared, "bin"), { recursive: true, mode: 0o700 });
    writeFileSync(path.join(this.shared, "runc-here"), runcHere);
    chmodSync(path.join(this.shared, "runc-here"), 0o755);
    const daemon = [
      ...["dockerd", "--host", "unix:///shared/docker.sock", "--exec-opt", "native.cgroupdriver=cgroupfs"],
      ...["--add-runtime", "here=/shared/runc-here", "--default-runtime", "here"],
    ];
    await execa("podman", [
      ...["--runtime", "runc", "run", "--detach", "--name", this.name, "--privileged", "--systemd=false"],
      ...["--cgroupns=private", ...limits, "--network=none", "--label"],
      `${testLabel}=${process.env[runVariable] ?? this.name}`,
      ...["--volume", `${this.shared}:/shared`, "--volume", "/var/lib/docker", this.image, ...daemon],
    ]);
    await execa("podman", ["cp", `${this.name}:/usr/bin/docker`, path.join(this.shared, "bin")]);
    const end = Date.now() + 60_000;
    while ((await this.docker("version")).exitCode !== 0) {
      if (Date.now() > end) {
        const { all } = await execa("podman", ["logs", "--tail", "20", this.name], { all: true });
        throw new Error(`Docker does not answer: ${all}`);
      }
      await sleep(500);
    }
  }

  /** Runs a command of its client. */
  docker(...args: string[]) {
    return execa("docker", args, { env: this.env, reject: false });
  }

  /** The names of all that it holds beside what it comes with, a kind and a name each. */
  async holds(): Promise<readonly string[]> {
    const lists = [
      ["container", "ps", "--all", "--format", "{{.Names}}"],
      ["network", "network", "ls", "--filter", "type=custom", "--format", "{{.Name}}"],
      ["volume", "volume", "ls", "--format", "{{.Name}}"],
    ] as const;
    const found = lists.map(async ([kind, ...args]) => {
      const { stdout } = await this.docker(...args);
      return stdout.split("\n").flatMap((name) => (name === "" ? [] : `${kind} ${name}`));
    });
    return (await Promise.all(found)).flat();
  }

  /** Brings a port of its loopback interface to this machine's, as Docker Desktop does. */
  async forward(port: number): Promise<void> {
    const socket = `api-${port}.sock`;
    const relay = `UNIX-LISTEN:/shared/${socket},fork`;
    await execa("podman", ["exec", "--detach", this.name, "socat", relay, `TCP:127.0.0.1:${port}`]);
    const server = createServer((here) => {
      const there = connect(path.join(this.shared, socket));
      for (const [one, other] of [
        [here, there],
        [there, here],
      ] as const) {
        one.on("error", () => other.destroy());
        one.pipe(other);
      }
    });
    this.servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
  }

  /** Leaves nothing of it. */
  async remove(): Promise<void> {
    for (const server of this.servers) server.close();
    await execa("podman", ["rm", "--force", "--volumes", "--time", "0", "--ignore", this.name]);
  }
}
