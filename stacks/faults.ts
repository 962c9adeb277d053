import type * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../components/cluster/cluster";
import { Forwarding } from "../components/cluster/forwarding";
import { NodeIds } from "../components/cluster/node-ids";
import { cniOf } from "../components/cni/registry";
import type { FaultConfig } from "./fault-schema";
import { inside } from "./inside";
import type { LabConfig } from "./schema";

/** Whether pods can get addresses at all, as far as it is known beforehand. */
export function canWire({ cni, machineId }: Pick<LabConfig, "cni" | "machineId">): boolean {
  const use = cniOf(cni)?.machineIds;
  return use !== undefined && !(use === "identity" && machineId === "shared");
}

/**
 * The nodes' machine-ids, where anything depends on them: Weave's routers take their names from there. They are there
 * without a CNI too, so that a swap by way of none has no more to do for them while pods are cut off.
 */
export function nodeIds({ cni, machineId }: LabConfig, cluster: Cluster): readonly pulumi.Resource[] {
  return cniOf(cni)?.machineIds !== "ignored" || machineId === "shared"
    ? new NodeIds("node-ids", { nodes: cluster.nodes, ids: machineId }).commands
    : [];
}

/**
 * What is wrong with the nodes while the CNI works on them; nothing on a healthy stack.
 *
 * @param ready what there is once the CNI works
 */
export function spoilNodes(settings: FaultConfig, cluster: Cluster, ready: readonly pulumi.Resource[]): void {
  const { forwardPolicy: policy, forwardRules: rules } = settings;
  if (policy !== "accept" || rules !== "flannel") {
    // After the CNI: a Flannel that is still to learn of it would bring its own rules back.
    new Forwarding("forwarding", { nodes: cluster.nodes, policy, rules }, inside(cluster, ready));
  }
}
