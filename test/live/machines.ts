import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { runVariable, testLabel } from "../../cli/test/run";
import type { Argv, ContainerEngine } from "../../components/cluster/engine/engine";
import { podman } from "../../components/cluster/engine/podman";
import { initConfig, joinConfig, parseInvitation } from "../../components/cluster/kubeadm";
import { versions } from "../../lib/versions";

/** A machine with a server for ssh, a member of a cluster that kubeadm has made. */
export interface Machine {
  readonly name: string;
  readonly container: string;
  readonly address: string;
}

/** What the machines are made with. */
export interface MachinesPlan {
  /** Of the machines' names and of the network's. */
  readonly name: string;
  /** The first three numbers of their addresses on the LAN. @default 10.86.77 */
  readonly lan?: string;
  readonly nodeImage: string;
  /** The archive with the files of OpenSSH's server and of sudo. */
  readonly sshFiles: string;
  /** A folder for keys and the kubeconfig. */
  readonly folder: string;
  readonly podCidr: string;
  /** @default 2 */
  readonly nodes?: number;
}

/** One of the JSON documents that kubeadm is told by. */
export interface KubeadmDocument {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** By which a run that is cut short finds them: the container engine's, of which the cluster knows nothing. */
const labels = { [testLabel]: process.env[runVariable] ?? "machines" };

/** The user who may log in, and do everything by sudo. */
const user = "engineer";

/**
 * A cluster such as somebody has who knows nothing of the lab: kubeadm's, on machines that ssh reaches, with nothing
 * that the lab names or labels. The machines are containers of its own; the first is the control plane.
 */
export class Machines {
  readonly nodes: readonly [Machine, Machine, ...Machine[]];
  readonly user = user;
  protected readonly engine: ContainerEngine = podman;
  protected readonly labels = labels;
  protected readonly network: string;
  private readonly prefix: string;
  /** The containers' interface on the LAN, and the script that sets their network up. */
  protected lan: { readonly link: string; readonly setUp: string };

  constructor(protected readonly plan: MachinesPlan) {
    this.network = `${plan.name}-lan`;
    this.prefix = plan.lan ?? "10.86.77";
    // flanneld and others take the interface of the default route. Nobody forwards what is sent there.
    this.lan = { link: "eth0", setUp: `ip route add default via ${this.prefix}.254 dev eth0 onlink` };
    const node = (i: number): Machine => {
      const name = `${plan.name}-${i}`;
      return { name, container: name, address: `${this.prefix}.${10 + i}` };
    };
    this.nodes = [node(1), node(2), ...Array.from({ length: (plan.nodes ?? 2) - 2 }, (_, i) => node(i + 3))];
    mkdirSync(plan.folder, { recursive: true, mode: 0o700 });
  }

  get kubeconfig(): string {
    return path.join(this.plan.folder, "kubeconfig");
  }

  /** A home whose user ssh takes these machines for known, and the key for his own. */
  get home(): string {
    return path.join(this.plan.folder, "home");
  }

  /** A file of ssh in that home. */
  protected ssh(file: "id_ed25519" | "known_hosts"): string {
    return path.join(this.home, ".ssh", file);
  }

  /** Makes the machines and the cluster, without a CNI. */
  async make(): Promise<void> {
    await this.makeKeys();
    const addresses = { subnet: `${this.prefix}.0/24`, gateway: `${this.prefix}.1` };
    await argv(this.engine.createNetwork({ network: this.network, labels, addresses }));
    await Promise.all(this.nodes.map((node) => this.start(node)));
    await this.makeCluster();
  }

  /** Runs kubectl as the administrator does. */
  async kubectl(args: readonly string[], input = ""): Promise<string> {
    return (await execa("kubectl", ["--kubeconfig", this.kubeconfig, ...args], { input })).stdout;
  }

  async apply(objects: readonly object[]): Promise<void> {
    await this.kubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
  }

  /** Runs a script on a machine. */
  async on(node: Machine, script: string, input = ""): Promise<string> {
    return argv(this.shell(node, script), input);
  }

  /** Leaves nothing of it. */
  async remove(): Promise<void> {
    const containers = this.nodes.map(({ name }) => name);
    await argv(this.engine.removeAll("container", containers));
    await argv(this.engine.removeAll("network", [this.network]));
  }

  /** Makes of a node a machine that the user may log in to: for its root, before or while it runs. */
  protected loginScript({ name }: Machine): string {
    return `useradd --create-home --shell /bin/bash --password "*" ${user}
useradd --system --home-dir /run/sshd --shell /usr/sbin/nologin sshd
echo '${user} ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/${user}
install -d -o ${user} -g ${user} -m 700 /home/${user}/.ssh
echo '${readFileSync(`${this.ssh("id_ed25519")}.pub`, "utf8").trim()}' >/home/${user}/.ssh/authorized_keys
chown ${user} /home/${user}/.ssh/authorized_keys
umask 077
cat >/etc/ssh/ssh_host_ed25519_key <<'KEY'
${readFileSync(this.hostKey(name), "utf8").trim()}
KEY
umask 022
printf '%s\\n' 'PermitRootLogin no' 'PasswordAuthentication no' 'UsePAM no' 'HostKey /etc/ssh/ssh_host_ed25519_key' >/etc/ssh/sshd_config
mkdir -p /run/sshd`;
  }

  private hostKey(name: string): string {
    return path.join(this.plan.folder, `${name}.key`);
  }

  /** The user's key, and those of the machines, which are known to the user. */
  private async makeKeys(): Promise<void> {
    mkdirSync(path.join(this.home, ".ssh"), { recursive: true, mode: 0o700 });
    writeFileSync(path.join(this.home, "passwd"), `root:x:0:0:root:${this.home}:/bin/sh\n`);
    const makeKey = (file: string) => argv(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", file]);
    await makeKey(this.ssh("id_ed25519"));
    for (const { name, address } of this.nodes) {
      await makeKey(this.hostKey(name));
      const [kind, key] = readFileSync(`${this.hostKey(name)}.pub`, "utf8").split(" ");
      appendFileSync(this.ssh("known_hosts"), `${address} ${kind} ${key}\n`);
    }
  }

  private async makeCluster(): Promise<void> {
    const [first, ...others] = this.nodes;
    const plan = {
      kubernetesVersion: versions.kubernetes,
      corednsTag: `v${versions.coredns}`,
      endpoint: first.address,
      address: first.address,
      nodeName: first.name,
      podCidr: this.plan.podCidr,
      serviceCidr: "10.96.0.0/16",
    };
    const init = this.adapted(initConfig(plan).replaceAll('"cni-lab"', '"kubernetes"'));
    await this.on(first, "cat >/root/init.yaml && kubeadm init --config /root/init.yaml --skip-token-print", init);
    const invitation = parseInvitation(await this.on(first, "kubeadm token create --print-join-command"));
    const join = (node: Machine) => this.adapted(joinConfig(node, invitation));
    const script = "cat >/root/join.yaml && kubeadm join --config /root/join.yaml";
    await Promise.all(others.map((node) => this.on(node, script, join(node))));
    const kubeconfig = await this.on(first, "cat /etc/kubernetes/admin.conf");
    writeFileSync(this.kubeconfig, kubeconfig, { mode: 0o600 });
  }

  /** Changes what kubeadm is told, a document of its config. @default nothing is changed */
  protected adapt(document: KubeadmDocument): KubeadmDocument {
    return document;
  }

  private adapted(config: string): string {
    const documents = config.split(/^---\n/m).filter((text) => text !== "");
    return documents.map((text) => `---\n${JSON.stringify(this.adapt(JSON.parse(text)))}\n`).join("");
  }

  /** Starts the server for ssh. */
  async startSsh(node: Machine): Promise<void> {
    await this.on(node, "systemd-run --quiet --collect --unit sshd /usr/sbin/sshd -D; sleep 1");
  }

  /** The command that runs a script on a machine, as root. */
  protected shell({ name }: Machine, script: string): Argv {
    return this.engine.exec(name, ["sh", "-euc", script], "input");
  }

  /** Starts a machine; done when scripts can be run on it and its server for ssh answers. */
  protected async start(node: Machine): Promise<void> {
    const { nodeImage, sshFiles } = this.plan;
    const id = node.address
      .split(".")
      .map((part) => Number(part).toString(16).padStart(2, "0"))
      .join("");
    await argv([
      "sh",
      "-euc",
      this.engine.run({
        container: node.name,
        hostname: node.name,
        labels: this.labels,
        machine: true,
        stopSignal: "SIGRTMIN+3",
        env: { container_uuid: `00000000-0000-4000-8000-0000${id}` },
        ports: [{ network: this.network, link: this.lan.link, address: node.address }],
        hosts: {},
        memoryFolders: ["/run", "/tmp"],
        volumeFolders: ["/var"],
        image: nodeImage,
        words: ["/lib/systemd/systemd"],
      }),
    ]);
    await this.on(node, "until ctr version >/dev/null 2>&1; do sleep 0.2; done");
    const unpack = ["tar", "-x", "-C", "/", "--skip-old-files", "--keep-directory-symlink"];
    const [program = "", ...args] = this.engine.exec(node.name, unpack, "input");
    await execa(program, args, { inputFile: sshFiles });
    await this.on(node, `${this.lan.setUp}\n${this.loginScript(node)}`);
    await this.startSsh(node);
  }
}

/** Runs a command to its end; gives what it prints. */
export async function argv(words: Argv, input = ""): Promise<string> {
  const [program = "", ...args] = words;
  return (await execa(program, args, { input })).stdout;
}
