import { createHash } from "node:crypto";
import { quote } from "../../lib/shell";
import { generationLabel, nodeLabel, ownerLabel, stackLabel } from "./engine-labels";
import { scriptArgv } from "./node-shell";
import { bringAbout } from "./node-state/in-force";
import { type NodeNetwork, vagrantNat } from "./node-state/vagrant";

/** The LAN of a lab, as a network of the container engine. */
export interface LanPlan {
  readonly stack: string;
  readonly network: string;
  /** @default "": none, as what was made before there were generations */
  readonly generation?: string;
  /** Whose it is. @default "": nobody's, as what was made before there were owners */
  readonly owner?: string;
  /** The LAN's addresses, and which of them is this machine's; undefined where the engine gives none out. */
  readonly addresses?: { readonly subnet: string; readonly gateway: string };
}

/** An interface of a container on a LAN. */
export interface LanPort {
  readonly network: string;
  readonly link: string;
  /** @default none */
  readonly address?: string;
}

/** One node of a lab, as a container. */
export interface NodePlan {
  readonly stack: string;
  /** The node's name in Kubernetes and its hostname. */
  readonly name: string;
  readonly container: string;
  /** @default "": none, as what was made before there were generations */
  readonly generation?: string;
  /** Whose it is. @default "": nobody's, as what was made before there were owners */
  readonly owner?: string;
  readonly image: string;
  /** The networks of the container engine that the node is on, each with the name of its interface. */
  readonly lans: readonly LanPort[];
  /** @default "lan" */
  readonly network?: NodeNetwork;
  /** The name and address under which all nodes reach the API server. */
  readonly endpoint: { readonly name: string; readonly address: string };
}

/** The command line that makes the LAN; done already is fine. One of its name that is another's is an error. */
export function createLan({ stack, network, generation, owner, addresses }: LanPlan): string {
  const given =
    addresses === undefined
      ? ["--ipam-driver", "none"]
      : ["--subnet", addresses.subnet, "--gateway", addresses.gateway];
  const create = [
    ...["podman", "network", "create", "--internal", "--disable-dns", "--label", `${stackLabel}=${stack}`],
    ...[...generationArgv(generation), ...ownerArgv(owner), ...given, network],
  ];
  return `${isOwnLan({ stack, network, owner })} || ${quote(create)}`;
}

/** The command line that removes the LAN; gone already is fine, and one of its name that is another's stays. */
export function deleteLan(lan: Pick<LanPlan, "stack" | "network" | "owner">): string {
  return `! ${isOwnLan(lan)} || ${quote(["podman", "network", "rm", lan.network])}`;
}

/** The command that succeeds where the LAN is there. podman's filters can't tell: it takes each of several for enough. */
function isOwnLan({ stack, network, owner = "" }: Pick<LanPlan, "stack" | "network" | "owner">): string {
  if (owner === "") {
    return quote(["podman", "network", "exists", network]);
  }
  const labels = [stackLabel, ownerLabel].map((label) => `{{index .Labels "${label}"}}`).join(" ");
  const inspect = quote(["podman", "network", "inspect", "--format", labels, network]);
  return `[ "$(${inspect} 2>/dev/null)" = ${quote([`${stack} ${owner}`])} ]`;
}

/**
 * The command line that starts a node and waits until its container runtime answers; prints the container's id.
 * What an earlier, broken off try left under the same name is removed first.
 */
export function createNode(node: NodePlan): string {
  return [
    requireImage(node.image),
    `${deleteNode(node.container, node.owner)} >&2`,
    quote(runArgv(node)),
    quote(["podman", "exec", node.container, ...scriptArgv({ text: waitForRuntime })]),
    ...(node.network === "vagrant"
      ? [quote(["podman", "exec", node.container, ...scriptArgv({ text: bringAbout(vagrantNat) })])]
      : []),
  ].join(" && ");
}

/** The command line that ends with an error where the image of the nodes is missing. */
export function requireImage(image: string): string {
  const missing = `the node image ${image} is not on this machine: run ./lab up, which builds it`;
  return `${quote(["podman", "image", "exists", image])} || { echo ${quote([missing])} >&2; exit 1; }`;
}

/** The arguments that put a container on LANs. */
export function networkArgv(lans: readonly LanPort[]): string[] {
  return lans.flatMap(({ network, link, address }) => {
    const options = [...(address === undefined ? [] : [`ip=${address}`]), `interface_name=${link}`];
    return ["--network", `${network}:${options.join(",")}`];
  });
}

/** The arguments that say which one of its name a container or a network is; none for one without a generation. */
export function generationArgv(generation = ""): string[] {
  return generation === "" ? [] : ["--label", `${generationLabel}=${generation}`];
}

/** The arguments that say whose a container or a network is; none for one that nobody owns. */
export function ownerArgv(owner = ""): string[] {
  return owner === "" ? [] : ["--label", `${ownerLabel}=${owner}`];
}

/** Without CAP_SYS_RESOURCE on the host no limit can be raised above its own; these are within any. */
export const limitArgv = ["--ulimit", "nproc=30000:30000", "--ulimit", "nofile=20000:20000"] as const;

/** The command line that removes a node with its volumes; gone already is fine, and one of its name that is another's stays. */
export function deleteNode(container: string, owner = ""): string {
  const remove = ["podman", "rm", "--force", "--ignore", "--volumes", "--time", "0"];
  return quote([
    ...remove,
    ...(owner === "" ? [container] : ["--filter", `name=^${container}$`, "--filter", `label=${ownerLabel}=${owner}`]),
  ]);
}

/**
 * The command line that starts a node again that was stopped or has died, and waits until it works: its runtime, its
 * kubelet, and the API server where it has one. One that runs already is left alone.
 */
export function wakeNode(container: string): string {
  const running = quote(["podman", "container", "inspect", "--format", "{{.State.Running}}", container]);
  const start = `echo ${quote([`starting ${container}, which was stopped`])} >&2 && ${quote(["podman", "start", container])} >/dev/null`;
  const wait = quote(["podman", "exec", container, ...scriptArgv({ text: `${waitForRuntime}\n${waitForKubernetes}` })]);
  return `[ "$(${running})" = true ] || { ${start} && ${wait}; }`;
}

function runArgv(node: NodePlan): string[] {
  return [
    ...["podman", "--runtime", "runc", "run", "--detach", "--name", node.container, "--hostname", node.name],
    ...["--label", `${stackLabel}=${node.stack}`, "--label", `${nodeLabel}=${node.name}`],
    ...[...generationArgv(node.generation), ...ownerArgv(node.owner)],
    // systemd, containerd and CNI plugins need the devices, mounts and network of a machine of their own.
    "--privileged",
    // podman's own systemd mode binds the host's whole systemd hierarchy (cgroup v1) into the container, where the
    // systemd of each node then clears away what the others made. Without it, each node has a hierarchy of its own.
    ...["--systemd=false", "--stop-signal", "SIGRTMIN+3"],
    // systemd takes it for the machine-id: stable for a node, and no two nodes share it.
    ...["--env", `container_uuid=${machineUuid(`${node.stack}/${node.name}`)}`],
    // With the host's cgroups in view, runc inside the node fails to mount its own.
    "--cgroupns=private",
    ...limitArgv,
    ...networkArgv(node.lans),
    ...["--dns=none", "--add-host", `${node.endpoint.name}:${node.endpoint.address}`],
    // overlayfs can't stack its upper layer on the container's own overlay: pods live on a volume.
    ...["--tmpfs", "/run", "--tmpfs", "/tmp", "--volume", "/var"],
    ...[node.image, "/lib/systemd/systemd"],
  ];
}

/** A UUID that is always the same for one name and another one for any other. */
function machineUuid(name: string): string {
  const hex = createHash("sha256").update(name).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

/** Seconds a node may take to start; about 2 are usual. */
const startDeadline = 60;

/** Seconds an API server may take to come up again with its node; about 10 are usual. */
const apiDeadline = 120;

const waitForKubernetes = `
left=${apiDeadline}
while [ -e /etc/kubernetes/kubelet.conf ]; do
  said=$(kubectl --kubeconfig /etc/kubernetes/kubelet.conf --request-timeout 5s get --raw /readyz 2>&1) && break
  left=$((left - 1))
  [ "$left" -gt 0 ] || { echo "the API server did not answer $(hostname) within ${apiDeadline} s of its start: $said" >&2; exit 1; }
  sleep 1
done
until [ ! -e /etc/kubernetes/kubelet.conf ] || curl -sf -m 1 -o /dev/null http://127.0.0.1:10248/healthz; do
  left=$((left - 1))
  [ "$left" -gt 0 ] || { echo "the kubelet of $(hostname) does not run" >&2; exit 1; }
  sleep 1
done`;

const waitForRuntime = `
left=${startDeadline * 5}
until ctr version >/dev/null 2>&1; do
  left=$((left - 1))
  if [ "$left" -le 0 ]; then
    echo "containerd did not answer within ${startDeadline} s; it said last:" >&2
    journalctl --unit containerd --lines 20 --no-pager >&2
    exit 1
  fi
  sleep 0.2
done`;
