import { installCommand } from "../../components/cni/swap/node-programs";
import { type Problem, UserError } from "../../lib/user-error";
import type { Machine } from "../../stacks/existing-schema";
import { type AnyObject, type Kubectl, readObjects } from "./cluster-objects";
import { cniInForce } from "./cni-in-force";
import { type CniOfCluster, findCni } from "./find-cni";
import { type ClusterNode, machinesOf, nodesOf, type WayToNodes } from "./machines";
import { type NodeFacts, nodeFacts } from "./node-facts";

/** A cluster that somebody has made, as it was found. */
export interface AdoptedCluster {
  readonly nodes: readonly ClusterNode[];
  readonly machines: readonly Machine[];
  readonly facts: readonly NodeFacts[];
  readonly cni: CniOfCluster;
  /** An image that all nodes have, or are told to have: for pods that run the nodes' own programs. */
  readonly shellImage: string;
  /** The URL of the API server as nodes reach it, where it is told. */
  readonly server?: string;
  /** What the lab can't do there, and what it can all the same. */
  readonly limits: readonly string[];
}

/** Where and how a cluster is looked at. */
export interface AdoptPlan {
  readonly kubectl: Kubectl;
  /** A file with nothing but the kubeconfig of this cluster. */
  readonly kubeconfig: string;
  readonly way: WayToNodes;
  /** The image of pods through which nodes are reached. */
  readonly image?: string;
}

/**
 * Looks at a cluster, and changes nothing. Through pods, where there is no ssh: then each node gets one for a moment.
 *
 * @throws UserError that names what keeps a stack from being made
 */
export async function lookAtCluster({ kubectl, kubeconfig, way, image }: AdoptPlan): Promise<AdoptedCluster> {
  const objects = await readObjects(kubectl);
  const nodes = nodesOf(objects.of("Node"));
  const machines = await machinesOf(nodes, way);
  const pod = { image: image ?? sandboxImage(objects.of("Node")), kubeconfig };
  const facts = await Promise.all(machines.map((machine) => nodeFacts(machine, pod)));
  const unreachable = facts.flatMap(({ node, trouble }): Problem[] =>
    trouble === undefined ? [] : [{ field: node, rule: trouble }],
  );
  if (unreachable.length > 0) {
    throw new UserError(unreachable);
  }
  const cni = cniInForce(findCni(objects), nodes, facts);
  const server = serverOf(objects.find("ConfigMap", "cluster-info", "kube-public")?.data?.kubeconfig);
  return {
    nodes,
    machines,
    facts,
    cni,
    shellImage: pod.image,
    ...(server === undefined ? {} : { server }),
    limits: [...limitsOf(nodes), ...lackingPrograms(facts)],
  };
}

function limitsOf(nodes: readonly ClusterNode[]): string[] {
  const named = (some: readonly ClusterNode[]) => some.map(({ name }) => name).join(", ");
  const windows = nodes.filter(({ system }) => system !== "linux");
  return [
    ...(nodes.some(({ isControlPlane }) => isControlPlane)
      ? []
      : ["no node is a control plane: it is somebody else's, and its own networking is not looked at"]),
    ...(windows.length > 0 ? [`not a Linux node, and left out of all that is done: ${named(windows)}`] : []),
  ];
}

function lackingPrograms(facts: readonly NodeFacts[]): string[] {
  return facts
    .filter(({ missing }) => missing.length > 0)
    .map(({ node, missing, system }) => `${node} lacks ${missing.join(", ")}: ${installCommand(missing, system)}`);
}

/** What kubeadm tells nodes that join. */
function serverOf(kubeconfig: unknown): string | undefined {
  return typeof kubeconfig === "string" ? /^\s*server:\s*(\S+)\s*$/m.exec(kubeconfig)?.[1] : undefined;
}

/** An image that all nodes have, and the smallest of them: that of the runtime's sandboxes, as a rule. */
function sandboxImage(nodes: readonly AnyObject[]): string {
  const [first = [], ...others] = nodes.map(({ status }): readonly NodeImage[] =>
    // One whose names were taken away has null there.
    (status?.images ?? []).map(({ names, sizeBytes }: NodeImage) => ({ names: names ?? [], sizeBytes })),
  );
  const everywhere = first.filter(({ names }) =>
    others.every((images) => images.some((image) => image.names.some((name) => names.includes(name)))),
  );
  const [smallest] = [...everywhere].sort((a, b) => a.sizeBytes - b.sizeBytes);
  return smallest?.names.find((name) => !name.includes("@")) ?? "registry.k8s.io/pause:3.10";
}

interface NodeImage {
  readonly names: readonly string[];
  readonly sizeBytes: number;
}
