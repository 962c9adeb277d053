import { networkOf } from "../../labs/checks/read";
import type { ClusterAccess } from "../checks/access";

/** What a stack tells of its pods' network. */
export interface PodNetwork {
  readonly cni: string;
  /** The network of all pods; absent with no CNI. */
  readonly podCidr?: string;
}

/**
 * The part of the pods' network that each node has, as the CNI in force divides it. What Kubernetes has set apart for a
 * node is that only where the CNI keeps to it.
 *
 * @param assigned what Kubernetes has set apart, by node
 */
export async function nodeNetworks(
  access: ClusterAccess,
  { cni, podCidr }: PodNetwork,
  assigned: ReadonlyMap<string, string | undefined>,
): Promise<ReadonlyMap<string, string | undefined>> {
  const all = await Promise.all(
    [...assigned].map(async ([node, own]) => [node, await networkOn(access, node, { cni, podCidr, own })] as const),
  );
  return new Map(all);
}

async function networkOn(
  access: ClusterAccess,
  node: string,
  { cni, podCidr, own }: PodNetwork & { readonly own?: string },
): Promise<string | undefined> {
  switch (cni) {
    case "flannel":
      return own;
    case "weave":
      // One Ethernet: no node has a part of its own.
      return podCidr;
    case "flannel-etcd": {
      const ran = await access.node(node, ["cat", "/run/flannel/subnet.env"], { timeoutMs: 8_000 });
      const [, subnet] = /^FLANNEL_SUBNET=(\S+)$/m.exec(ran.stdout) ?? [];
      return subnet === undefined ? undefined : networkOf(subnet);
    }
    default:
      return undefined;
  }
}

/** The pods' network in words. */
export function describePodNetwork({ podCidr }: PodNetwork): string {
  return podCidr === undefined ? "no pod network" : `pods ${podCidr}`;
}
