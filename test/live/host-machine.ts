import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { runVariable, testLabel } from "../../cli/test/run";
import { podman } from "../../components/cluster/engine/podman";
import { argv } from "./machines";
import { acceleratorOf, qemuMachine, untilMachine } from "./qemu";

/** What such a machine is made with. */
export interface HostPlan {
  /** Of the machine, and how its network's name begins. */
  readonly name: string;
  /** The image with QEMU. */
  readonly image: string;
  /** The archive of its root file system. */
  readonly root: string;
  /** A folder with `checkout.tar`, the lab, and `lab.bundle`. */
  readonly given: string;
  /** A folder for its key. */
  readonly folder: string;
}

const lan = "10.86.80";

/** The lab's nodes, its programs, and Pulumi. */
const memoryMiB = 6144;

/**
 * A plain Debian machine with its own kernel, which has a checkout of the lab, a bundle, and no network but to this
 * machine's ssh.
 */
export class HostMachine {
  private readonly labels = { [testLabel]: process.env[runVariable] ?? "host" };
  private readonly address = `${lan}.10`;
  private readonly network: string;

  constructor(private readonly plan: HostPlan) {
    this.network = `${plan.name}-lan`;
  }

  /** Starts it; done when root can log in. */
  async make(): Promise<void> {
    const { name, image, root, given } = this.plan;
    await argv(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", this.key]);
    writeFileSync(this.knownHosts, "");
    const addresses = { subnet: `${lan}.0/24`, gateway: `${lan}.1` };
    await argv(podman.createNetwork({ network: this.network, labels: this.labels, addresses }));
    const key = readFileSync(`${this.key}.pub`, "utf8").trim();
    await argv(
      qemuMachine({
        ...{ name, image, network: this.network, address: this.address, labels: this.labels, memoryMiB, cpus: 2 },
        disk: { script: "qemu-host-disk.sh", env: { NAME: name, KEY: key } },
        given: ["--volume", `${root}:/root.tar:ro`, "--volume", `${given}:/given:ro`],
      }),
    );
    await untilMachine(name, async () => (await this.run("uname -r")).exitCode === 0);
  }

  /** What it runs on: `kvm` or `tcg`. */
  accelerator(): Promise<string> {
    return acceleratorOf(this.plan.name);
  }

  /** Runs a line of shell on it as its administrator, in the lab's checkout where that is there; shows what it prints. */
  async run(line: string): Promise<{ readonly exitCode: number | undefined; readonly all: string }> {
    const options = ["BatchMode=yes", "LogLevel=ERROR", "ConnectTimeout=20", "ServerAliveInterval=30"];
    const known = ["StrictHostKeyChecking=accept-new", `UserKnownHostsFile=${this.knownHosts}`];
    const words = [...options, ...known].flatMap((option) => ["-o", option]);
    const child = execa(
      "ssh",
      ["-F", "none", "-i", this.key, ...words, `root@${this.address}`, `cd cni-lab && ${line}`],
      {
        ...{ all: true, reject: false, stdin: "ignore" },
      },
    );
    child.all.pipe(process.stdout, { end: false });
    const { exitCode, all } = await child;
    return { exitCode, all };
  }

  /** Leaves nothing of it. */
  async remove(): Promise<void> {
    await argv(podman.removeAll("container", [this.plan.name]));
    await argv(podman.removeAll("network", [this.network]));
  }

  private get key(): string {
    return path.join(this.plan.folder, "id_ed25519");
  }

  private get knownHosts(): string {
    return path.join(this.plan.folder, "known_hosts");
  }
}
