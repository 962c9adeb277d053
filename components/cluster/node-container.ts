import { createHash } from "node:crypto";
import { quote } from "../../lib/shell";
import type { ContainerEngine, ContainerPlan, NetworkPort } from "./engine/engine";
import { nodeLabel, originLabels, ownerLabel, stackLabel } from "./engine-labels";
import { bringAbout } from "./node-state/in-force";
import { type NodeNetwork, vagrantNat } from "./node-state/vagrant";
import { scriptArgv } from "./shell/node-shell";

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
  readonly lans: readonly NetworkPort[];
  /** @default "lan" */
  readonly network?: NodeNetwork;
  /** The name and address under which all nodes reach the API server. */
  readonly endpoint: { readonly name: string; readonly address: string };
}

/** The command line that makes the LAN; done already is fine. One of its name that is another's is an error. */
export function createLan(engine: ContainerEngine, { stack, network, generation, owner, addresses }: LanPlan): string {
  const labels = { [stackLabel]: stack, ...originLabels({ generation, owner }) };
  const create = engine.createNetwork({ network, labels, addresses });
  return `${isOwnLan(engine, { stack, network, owner })} || ${quote(create)}`;
}

/** The command line that removes the LAN; gone already is fine, and one of its name that is another's stays. */
export function deleteLan(engine: ContainerEngine, lan: Pick<LanPlan, "stack" | "network" | "owner">): string {
  return `! ${isOwnLan(engine, lan)} || ${quote(engine.removeNetwork(lan.network))}`;
}

/** The command that succeeds where the LAN is there. */
function isOwnLan(
  engine: ContainerEngine,
  { stack, network, owner = "" }: Pick<LanPlan, "stack" | "network" | "owner">,
): string {
  return engine.hasNetwork(network, owner === "" ? {} : { [stackLabel]: stack, [ownerLabel]: owner });
}

/**
 * The command line that starts a node and waits until its container runtime answers; prints the container's id.
 * What an earlier, broken off try left under the same name is removed first.
 */
export function createNode(engine: ContainerEngine, node: NodePlan): string {
  const inNode = (text: string) => quote(engine.exec(node.container, scriptArgv({ text })));
  return [
    requireImage(engine, node.image),
    `${deleteNode(engine, node.container, node.owner)} >&2`,
    engine.run(containerOf(node)),
    inNode(waitForRuntime),
    ...(node.network === "vagrant" ? [inNode(bringAbout(vagrantNat))] : []),
  ].join(" && ");
}

/** The command line that ends with an error where the image of the nodes is missing. */
export function requireImage(engine: ContainerEngine, image: string): string {
  const missing = `the node image ${image} is not on this machine: run ./lab up, which builds it`;
  return `${quote(engine.hasImage(image))} || { echo ${quote([missing])} >&2; exit 1; }`;
}

/** The command line that removes a node with its volumes; gone already is fine, and one of its name that is another's stays. */
export function deleteNode(engine: ContainerEngine, container: string, owner = ""): string {
  return engine.removeContainer(container, originLabels({ owner }));
}

/**
 * The command line that starts a node again that was stopped or has died, and waits until it works: its runtime, its
 * kubelet, and the API server where it has one. One that runs already is left alone.
 */
export function wakeNode(engine: ContainerEngine, container: string): string {
  const running = quote(engine.isRunning(container));
  const start = `echo ${quote([`starting ${container}, which was stopped`])} >&2 && ${quote(engine.start(container))} >/dev/null`;
  const wait = quote(engine.exec(container, scriptArgv({ text: `${waitForRuntime}\n${waitForKubernetes}` })));
  return `[ "$(${running})" = true ] || { ${start} && ${wait}; }`;
}

function containerOf(node: NodePlan): ContainerPlan {
  return {
    container: node.container,
    hostname: node.name,
    labels: { [stackLabel]: node.stack, [nodeLabel]: node.name, ...originLabels(node) },
    machine: true,
    stopSignal: "SIGRTMIN+3",
    // systemd takes it for the machine-id: stable for a node, and no two nodes share it.
    env: { container_uuid: machineUuid(`${node.stack}/${node.name}`) },
    ports: node.lans,
    hosts: { [node.endpoint.name]: node.endpoint.address },
    memoryFolders: ["/run", "/tmp"],
    // overlayfs can't stack its upper layer on the container's own overlay: pods live on a volume.
    volumeFolders: ["/var"],
    image: node.image,
    words: ["/lib/systemd/systemd"],
  };
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
