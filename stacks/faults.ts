import type * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../components/cluster/cluster";
import { Forwarding } from "../components/cluster/forwarding";
import { NodeIds } from "../components/cluster/node-ids";
import { FlannelAddresses } from "../components/cni/flannel/addresses";
import { ifaceOf } from "../components/cni/flannel/iface";
import type { LabSettings } from "./config";
import type { FaultConfig } from "./fault-schema";
import { inside } from "./inside";
import type { LabConfig } from "./schema";

/** Whether pods can get addresses at all, as far as it is known beforehand. */
export function canWire({ cni, machineId }: Pick<LabConfig, "cni" | "machineId">): boolean {
  return cni !== "none" && !(cni === "weave" && machineId === "shared");
}

/**
 * The nodes' machine-ids, where anything depends on them: Weave's routers take their names from there. They are there
 * without a CNI too, so that a swap by way of none has no more to do for them while pods are cut off.
 */
export function nodeIds({ cni, machineId }: LabConfig, cluster: Cluster): readonly pulumi.Resource[] {
  return cni !== "flannel" || machineId === "shared"
    ? new NodeIds("node-ids", { nodes: cluster.nodes, ids: machineId }).commands
    : [];
}

/** The nodes' annotations for flannel, where they may be needed: taken away again, too, before flannel looks at them. */
export function flannelAddresses(
  { cni, nodeNetwork, flannelIface, lanCidr }: LabSettings,
  cluster: Cluster,
): readonly pulumi.Resource[] {
  const iface = ifaceOf(flannelIface, lanCidr);
  const annotation = iface.by === "annotation" ? iface.annotation : "none";
  if (cni !== "flannel" || (nodeNetwork === "lan" && annotation === "none")) {
    return [];
  }
  const { nodes, members } = cluster;
  return new FlannelAddresses("flannel-addresses", { nodes, annotation }, inside(cluster, members)).commands;
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
