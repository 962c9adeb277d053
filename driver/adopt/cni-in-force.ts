import type { FoundCni } from "../../components/cni/found";
import type { CniOfCluster } from "./find-cni";
import type { ClusterNode } from "./machines";
import type { NodeFacts } from "./node-facts";

/**
 * The CNI that pods get their network from, by its objects and by what the nodes have.
 *
 * @param cni as its objects have it
 */
export function cniInForce(
  cni: CniOfCluster,
  nodes: readonly Pick<ClusterNode, "kubelet">[],
  facts: readonly Pick<NodeFacts, "conflists">[],
): CniOfCluster {
  const distribution = nodes.find(({ kubelet }) => /\+(k3s|rke2)/.test(kubelet));
  if (distribution !== undefined) {
    return { is: "other", name: "the CNI of k3s or RKE2, with folders of its own", seen: distribution.kubelet };
  }
  if (cni.is === "found") {
    return { ...cni, found: withConflist(cni.found, facts) };
  }
  const unknown = facts.flatMap(({ conflists }) => conflists.slice(0, 1))[0];
  return cni.is === "none" && unknown !== undefined
    ? { is: "other", name: "a CNI that the lab does not know", seen: unknown }
    : cni;
}

/** What nodes have in force is what counts, whatever the CNI's objects say. */
function withConflist(found: FoundCni, facts: readonly Pick<NodeFacts, "conflists">[]): FoundCni {
  const first = facts.flatMap(({ conflists }) => conflists.filter((file) => /flannel|weave/.test(file)).slice(0, 1))[0];
  return first === undefined ? found : { ...found, conflist: first };
}
