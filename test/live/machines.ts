import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { runVariable, testLabel } from "../../cli/test/run";
import type { ContainerEngine } from "../../components/cluster/engine/engine";
import { podman } from "../../components/cluster/engine/podman";
import { initConfig, joinConfig, parseInvitation } from "../../components/cluster/kubeadm";
import { versions } from "../../lib/versions";

/** A machine with a server for ssh, a member of a cluster that kubeadm has made. */
interface Machine {
  readonly name: string;
  readonly container: string;
  readonly address: string;
}

/** What the machines are made with. */
interface MachinesPlan {
  /** Of the containers' names and of the network's. */
  readonly name: string;
  readonly nodeImage: string;
  /** The archive with the files of OpenSSH's server and of sudo. */
  readonly sshFiles: string;
  /** A folder for keys and the kubeconfig. */
  readonly folder: string;
  readonly podCidr: string;
  readonly nodes?: number;
}

/** By which a run that is cut short finds them: the container engine's, of which the cluster knows nothing. */
const labels = { [testLabel]: process.env[runVariable] ?? "machines" };

/** The user who may log in, and do everything by sudo. */
const user = "engineer";

/**
 * A cluster such as somebody has who knows nothing of the lab: kubeadm's, on machines that ssh reaches, with nothing
 * that the lab names or labels. The machines are containers of its own.
 */
export class Machines {
  readonly nodes: readonly Machine[];
  readonly user = user;
  private readonly engine: ContainerEngine = podman;
  private readonly network: string;

  constructor(private readonly plan: MachinesPlan) {
    this.network = `${plan.name}-lan`;
    this.nodes = Array.from({ length: plan.nodes ?? 2 }, (_, i) => ({
      name: `${plan.name}-${i + 1}`,
      container: `${plan.name}-${i + 1}`,
      address: `10.86.77.${11 + i}`,
    }));
    mkdirSync(plan.folder, { recursive: true, mode: 0o700 });
  }

  get kubeconfig(): string {
    return path.join(this.plan.folder, "kubeconfig");
  }

  /** The private key of the user. */
  private get key(): string {
    return path.join(this.home, ".ssh", "id_ed25519");
  }

  /** A home whose user ssh takes these machines for known, and the key for his own. */
  get home(): string {
    return path.join(this.plan.folder, "home");
  }

  /** Makes the machines and the cluster, without a CNI. */
  async make(): Promise<void> {
    mkdirSync(path.dirname(this.key), { recursive: true, mode: 0o700 });
    writeFileSync(path.join(this.home, "passwd"), `root:x:0:0:root:${this.home}:/bin/sh\n`);
    await run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", this.key);
    const addresses = { subnet: "10.86.77.0/24", gateway: "10.86.77.1" };
    await argv(this.engine.createNetwork({ network: this.network, labels, addresses }));
    await Promise.all(this.nodes.map((node) => this.start(node)));
    const [first, ...others] = this.nodes;
    if (first === undefined) throw new Error("there is no node");
    const plan = {
      kubernetesVersion: versions.kubernetes,
      corednsTag: `v${versions.coredns}`,
      endpoint: first.address,
      address: first.address,
      nodeName: first.name,
      podCidr: this.plan.podCidr,
      serviceCidr: "10.96.0.0/16",
    };
    const init = initConfig(plan).replaceAll('"cni-lab"', '"kubernetes"');
    await this.on(first, "cat >/root/init.yaml && kubeadm init --config /root/init.yaml --skip-token-print", init);
    await Promise.all(
      others.map(async (node) => {
        const invitation = parseInvitation(await this.on(first, "kubeadm token create --print-join-command"));
        const join = joinConfig(node, invitation);
        await this.on(node, "cat >/root/join.yaml && kubeadm join --config /root/join.yaml", join);
      }),
    );
    const kubeconfig = await this.on(first, "cat /etc/kubernetes/admin.conf");
    writeFileSync(this.kubeconfig, kubeconfig, { mode: 0o600 });
  }

  /** Runs kubectl as the administrator does. */
  async kubectl(args: readonly string[], input = ""): Promise<string> {
    return (await execa("kubectl", ["--kubeconfig", this.kubeconfig, ...args], { input })).stdout;
  }

  async apply(objects: readonly object[]): Promise<void> {
    await this.kubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
  }

  /** Runs a script on a machine, beside its server for ssh. */
  async on({ container }: Machine, script: string, input = ""): Promise<string> {
    return (await execa("podman", ["exec", "-i", container, "sh", "-euc", script], { input })).stdout;
  }

  /** Leaves nothing of it. */
  async remove(): Promise<void> {
    await argv(
      this.engine.removeAll(
        "container",
        this.nodes.map(({ container }) => container),
      ),
    );
    await argv(this.engine.removeAll("network", [this.network]));
  }

  /** Starts the server for ssh. */
  async startSsh(node: Machine): Promise<void> {
    await this.on(node, "systemd-run --quiet --collect --unit sshd /usr/sbin/sshd -D; sleep 1");
  }

  private async start(node: Machine): Promise<void> {
    const { nodeImage, sshFiles } = this.plan;
    const id = node.address
      .split(".")
      .map((part) => Number(part).toString(16).padStart(2, "0"))
      .join("");
    await argv(
      this.engine.run({
        container: node.container,
        hostname: node.name,
        labels,
        machine: true,
        stopSignal: "SIGRTMIN+3",
        env: { container_uuid: `00000000-0000-4000-8000-0000${id}` },
        ports: [{ network: this.network, link: "eth0", address: node.address }],
        hosts: {},
        memoryFolders: ["/run", "/tmp"],
        volumeFolders: ["/var"],
        image: nodeImage,
        words: ["/lib/systemd/systemd"],
      }),
    );
    await this.on(node, "until ctr version >/dev/null 2>&1; do sleep 0.2; done");
    const unpack = [
      "exec",
      "-i",
      node.container,
      "tar",
      "-x",
      "-C",
      "/",
      "--skip-old-files",
      "--keep-directory-symlink",
    ];
    await execa("podman", unpack, { inputFile: sshFiles });
    const publicKey = (await run("cat", `${this.key}.pub`)).trim();
    await this.on(
      node,
      // flanneld and others take the interface of the default route. Nobody forwards what is sent there.
      `ip route add default via 10.86.77.254 dev eth0 onlink
useradd --create-home --shell /bin/bash --password "*" ${user}
useradd --system --home-dir /run/sshd --shell /usr/sbin/nologin sshd
echo '${user} ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/${user}
install -d -o ${user} -g ${user} -m 700 /home/${user}/.ssh
echo '${publicKey}' >/home/${user}/.ssh/authorized_keys
chown ${user} /home/${user}/.ssh/authorized_keys
ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
printf '%s\\n' 'PermitRootLogin no' 'PasswordAuthentication no' 'UsePAM no' 'HostKey /etc/ssh/ssh_host_ed25519_key' >/etc/ssh/sshd_config
mkdir -p /run/sshd`,
    );
    await this.startSsh(node);
    const hostKey = (await this.on(node, "cut -d ' ' -f 1,2 /etc/ssh/ssh_host_ed25519_key.pub")).trim();
    writeFileSync(path.join(path.dirname(this.key), "known_hosts"), `${node.address} ${hostKey}\n`, { flag: "a" });
  }
}

async function argv(words: readonly string[]): Promise<string> {
  const [program = "", ...args] = words;
  return run(program, ...args);
}

async function run(program: string, ...args: readonly string[]): Promise<string> {
  return (await execa(program, args)).stdout;
}
