import type { Argv } from "../../components/cluster/engine/engine";
import { vagrantNat } from "../../components/cluster/node-state/vagrant";
import { quoteWord } from "../../lib/shell";
import { argv, type KubeadmDocument, type Machine, Machines, type MachinesPlan } from "./machines";
import { acceleratorOf, qemuMachine, untilMachine } from "./qemu";

/** Of each machine: what a node takes at most, and as much again for files. */
const memoryMiB = 2048;

/** kubeadm's waits for a node: with its own, an emulated one would have to be lucky. */
const timeouts = { kubeletHealthCheck: "20m", kubernetesAPICall: "10m", tlsBootstrap: "20m", discovery: "20m" };

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
  accelerator(): Promise<string> {
    return acceleratorOf(this.nodes[1].name);
  }

  /** Starts a machine again as its administrator does; done when the cluster has heard of that. */
  async reboot(node: Machine): Promise<void> {
    const told = () => this.kubectl(["get", "node", node.name, "-o", "jsonpath={.status.nodeInfo.bootID}"]);
    const before = await told();
    // The connection may end before the command does.
    await this.on(node, "systemctl reboot").catch(() => {});
    await untilMachine(node.name, async () => (await told()) !== before);
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
    await argv(
      qemuMachine({
        ...{ name: node.name, image: this.machineImage, network: this.network, address: node.address },
        ...{ labels: this.labels, memoryMiB, nat: true },
        disk: { script: "qemu-node-disk.sh", env: { NAME: node.name, LOGIN: this.loginScript(node) } },
        given: [
          ...["--mount", `type=image,source=${nodeImage},dst=/node,rw=true`],
          ...["--volume", `${sshFiles}:/sshd.tar:ro`],
        ],
      }),
    );
    await untilMachine(node.name, async () => (await this.on(node, "ctr version >/dev/null && uname -r")) !== "");
  }
}
