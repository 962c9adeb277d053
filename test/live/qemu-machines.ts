import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import type { Argv } from "../../components/cluster/engine/engine";
import { limits } from "../../components/cluster/engine/same-words";
import { vagrantNat } from "../../components/cluster/node-state/vagrant";
import { quoteWord } from "../../lib/shell";
import { argv, type KubeadmDocument, type Machine, Machines, type MachinesPlan } from "./machines";

const script = readFileSync(path.join(__dirname, "qemu-machine.sh"), "utf8");

/** Of each machine: what a node takes at most, and as much again for files. */
const memoryMiB = 2048;

/** kubeadm's waits for a node: with its own, an emulated one would have to be lucky. */
const timeouts = { kubeletHealthCheck: "20m", kubernetesAPICall: "10m", tlsBootstrap: "20m", discovery: "20m" };

/** How long a machine may take until ssh answers, in seconds: its disk is made, and a busy computer boots it by emulation. */
const bootSeconds = 600;

/**
 * The same with workers that have a kernel of their own, Debian's, run by QEMU. All are as Vagrant makes them: eth0 is
 * 10.0.2.15 on each, behind a NAT of its own and with the default route, eth1 is the LAN. Each worker is in a container,
 * whose network is the LAN: nothing else of the computer is touched. The control plane stays a container: emulated, it
 * would take most of the time.
 */
export class QemuMachines extends Machines {
  /** Those with a kernel of their own. */
  readonly workers: readonly Machine[];

  constructor(
    plan: MachinesPlan,
    /** The image with QEMU and the kernel. */
    private readonly machineImage: string,
  ) {
    super({ ...plan, nodes: 3 });
    this.workers = this.nodes.slice(1);
    this.lan = { link: "eth1", setUp: vagrantNat.apply };
  }

  /** What the workers run on: `kvm`, or `tcg` where their processors are emulated. */
  async accelerator(): Promise<string> {
    const { stdout } = await execa("podman", ["logs", this.nodes[1].name]);
    return /^machine: -accel (\w+)/m.exec(stdout)?.[1] ?? "unknown";
  }

  /** Starts a machine again as its administrator does; done when the cluster has heard of that. */
  async reboot(node: Machine): Promise<void> {
    const told = () => this.kubectl(["get", "node", node.name, "-o", "jsonpath={.status.nodeInfo.bootID}"]);
    const before = await told();
    // The connection may end before the command does.
    await this.on(node, "systemctl reboot").catch(() => {});
    await this.until(node, async () => (await told()) !== before);
    await this.kubectl(["wait", "--for=condition=Ready", `node/${node.name}`, "--timeout=900s"]);
  }

  protected override adapt(document: KubeadmDocument): KubeadmDocument {
    return document.kind === "JoinConfiguration" ? { ...document, timeouts } : document;
  }

  protected override shell(node: Machine, text: string): Argv {
    if (!this.workers.includes(node)) return super.shell(node, text);
    const options = [
      ...["BatchMode=yes", "LogLevel=ERROR", "ConnectTimeout=20", "ServerAliveInterval=30"],
      `UserKnownHostsFile=${this.ssh("known_hosts")}`,
    ];
    return [
      ...["ssh", "-F", "none", "-i", this.ssh("id_ed25519"), ...options.flatMap((option) => ["-o", option])],
      `${this.user}@${node.address}`,
      `sudo sh -euc ${quoteWord(text)}`,
    ];
  }

  protected override async start(node: Machine): Promise<void> {
    if (!this.workers.includes(node)) return super.start(node);
    const { nodeImage, sshFiles } = this.plan;
    const env = {
      NAME: node.name,
      ADDRESS: node.address,
      MAC: `52:54:00${node.address
        .split(".")
        .slice(1)
        .map((part) => `:${Number(part).toString(16).padStart(2, "0")}`)
        .join("")}`,
      MEMORY_MIB: String(memoryMiB),
      LOGIN: this.loginScript(node),
    };
    await argv([
      ...["podman", "--runtime", "runc", "run", "--detach", "--name", node.name, "--privileged", "--systemd=false"],
      ...[...limits, "--dns=none", "--network", `${this.network}:ip=${node.address},interface_name=lan`],
      ...Object.entries(this.labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]),
      ...Object.entries(env).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
      ...["--mount", `type=image,source=${nodeImage},dst=/node,rw=true`, "--volume", "/disk"],
      ...["--volume", `${sshFiles}:/sshd.tar:ro`, this.machineImage, "sh", "-euc", script],
    ]);
    await this.until(node, async () => (await this.on(node, "ctr version >/dev/null && uname -r")) !== "");
  }

  /** Waits until something of a machine is so; what can't be asked is not so yet. @throws Error with the end of its console */
  private async until({ name }: Machine, isSo: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + bootSeconds * 1000;
    while (!(await isSo().catch(() => false))) {
      if (Date.now() > end) {
        const { all } = await execa("podman", ["logs", "--tail", "40", name], { all: true, reject: false });
        throw new Error(`${name} is not up after ${bootSeconds} s; its console: ${all}`);
      }
      await sleep(2000);
    }
  }
}
