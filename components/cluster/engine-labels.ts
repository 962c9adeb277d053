import type { Labels } from "./engine/engine";

/** Containers and networks of a stack carry its name under this label in the container engine: what a sweep goes by. */
export const stackLabel = "cni-lab.stack";

/** A node's container carries the node's name in Kubernetes under this label. */
export const nodeLabel = "cni-lab.node";

/** A container of a stack that is no node carries under this label what it is. */
export const partLabel = "cni-lab.part";

/** The value of `partLabel` of the DHCP server. */
export const dhcpServerPart = "dhcp-server";

/** The value of `partLabel` of the etcd that flannel has its leases in. */
export const etcdPart = "etcd";

/** The value of `partLabel` of the way to the API server. */
export const apiDoorPart = "api-door";

/** What can be lost by another hand carries under this label which one of its name it is. */
export const generationLabel = "cni-lab.generation";

/** Containers and networks carry under this label whose they are: the backend that holds their state. */
export const ownerLabel = "cni-lab.owner";

/** The labels that say which one of its name a container or a network is, and whose; what is empty is not said. */
export function originLabels({ generation = "", owner = "" }: { generation?: string; owner?: string }): Labels {
  return {
    ...(generation === "" ? {} : { [generationLabel]: generation }),
    ...(owner === "" ? {} : { [ownerLabel]: owner }),
  };
}
