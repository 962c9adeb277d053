import { z } from "zod";
import type { ClusterAccess } from "../../checks/engine/access";
import { networkOf } from "../../checks/readers/read";
import { conflistFolder } from "../../components/cluster/conflist-folder";
import { cniOf, cnis } from "../../components/cni/registry";
import { chosenConflist, nodeRecords } from "../../components/cni/swap/names";

/** What a stack tells of its pods' network. */
export interface PodNetwork {
  readonly cni: string;
  /** The network of all pods; absent with no CNI. */
  readonly podCidr?: string;
}

/** The network that new pods of one node get. */
export interface NodeNetwork extends PodNetwork {
  /** The node's part of it, or all of it where nodes have no parts. */
  readonly own?: string;
}

/**
 * The pods' network on each node, of the CNI that is in force there: in a swap, and after one that was refused, that is
 * not the CNI which the stack is set to. What Kubernetes has set apart for a node is its part only where the CNI keeps to
 * that.
 *
 * @param wish what the stack is set to; a node is taken to have it that does not tell
 * @param assigned what Kubernetes has set apart, by node
 */
export async function nodeNetworks(
  access: ClusterAccess,
  wish: PodNetwork,
  assigned: ReadonlyMap<string, string | undefined>,
): Promise<ReadonlyMap<string, NodeNetwork>> {
  const all = await Promise.all(
    [...assigned].map(async ([node, part]) => [node, await networkOn(access, node, wish, part)] as const),
  );
  return new Map(all);
}

/** The files by which CNIs tell a node's part of their network. */
const subnetFiles = cnis.flatMap(({ nodeSubnet }) => (nodeSubnet.by === "file" ? [nodeSubnet.path] : []));

/** Prints the file that is in force, what each CNI that came has written down of itself, and those files. */
const script = `readlink ${conflistFolder}/${chosenConflist} || echo; cat ${nodeRecords}/*.json ${subnetFiles.join(" ")}`;

const recordFormat = z.object({ cni: z.string(), conflist: z.string(), network: z.string() });

async function networkOn(
  access: ClusterAccess,
  node: string,
  wish: PodNetwork,
  part: string | undefined,
): Promise<NodeNetwork> {
  const { stdout } = await access.node(node, ["sh", "-c", script], { timeoutMs: 8_000 });
  const [conflist, ...lines] = stdout.split("\n");
  const records = lines.filter((line) => line.startsWith("{")).map((line) => recordFormat.parse(JSON.parse(line)));
  const record = records.find((one) => one.conflist === conflist);
  const { cni, podCidr } = record === undefined ? wish : { cni: record.cni, podCidr: record.network };
  const nodeSubnet = cniOf(cni)?.nodeSubnet;
  switch (nodeSubnet?.by) {
    case "podCIDR":
      return { cni, podCidr, own: part };
    case "none":
      return { cni, podCidr, own: podCidr };
    case "file": {
      const [, subnet] = nodeSubnet.pattern.exec(stdout) ?? [];
      return { cni, podCidr, own: subnet === undefined ? undefined : networkOf(subnet) };
    }
    default:
      return { cni, podCidr };
  }
}

/** The networks that pods have addresses of, by commas: of the stack's own CNI where no node has told. */
export function podNetworks(nodes: readonly NodeNetwork[], wish: PodNetwork): string | undefined {
  const told = nodes.length === 0 ? [wish.podCidr] : nodes.map(({ podCidr }) => podCidr);
  const networks = [...new Set(told.filter((network) => network !== undefined))];
  return networks.length === 0 ? undefined : networks.join(", ");
}

/** The CNI in words, with the nodes on which another one is in force: `weave (in force: flannel on n1, n2)`. */
export function describeCni(wish: string, nodes: readonly { readonly name: string; readonly cni?: string }[]): string {
  const others = [...new Set(nodes.map(({ cni = wish }) => cni))].filter((cni) => cni !== wish);
  const where = others.map((other) => {
    const names = nodes.filter(({ cni }) => cni === other).map(({ name }) => name);
    return `${other} on ${names.join(", ")}`;
  });
  return where.length === 0 ? wish : `${wish} (in force: ${where.join("; ")})`;
}

/** The pods' network in words. */
export function describePodNetwork(podCidr: string | undefined): string {
  return podCidr === undefined ? "no pod network" : `pods ${podCidr}`;
}
