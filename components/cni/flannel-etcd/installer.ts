import * as pulumi from "@pulumi/pulumi";
import { images } from "../../../lib/versions";
import type { Cluster } from "../../cluster/cluster";
import { etcdOnLan } from "../../cluster/lan";
import type { flannel } from "../flannel/definition";
import { ifaceOf } from "../flannel/iface";
import { flannelNeeds } from "../flannel/needs";
import type { CniInstaller, StackSettings } from "../installer";
import type { ValuesOf } from "../setting";
import type { flannelEtcd } from "./definition";
import { Etcd } from "./etcd";
import { FlannelEtcd, type FlannelEtcdArgs, flannelEtcdFields, flannelEtcdProblems } from "./flannel-etcd";

/** It finds its interface as Flannel does. */
type EtcdValues = ValuesOf<typeof flannelEtcd.settings> & Pick<ValuesOf<typeof flannel.settings>, "flannelIface">;

/** How Flannel with its leases in etcd is made. */
export const flannelEtcdInstaller: CniInstaller<FlannelEtcdArgs, EtcdValues> = {
  fields: flannelEtcdFields,
  needsAccess: true,
  problemsOf: flannelEtcdProblems,
  networkOf: ({ network }) => network,
  needsOf: ({ image = images.flannel }) =>
    pulumi.output(image).apply((known) => flannelNeeds({ type: "vxlan" }, [known])),
  choose: (settings, cluster) => ({
    etcd: createEtcd(settings, cluster),
    network: settings.flannelEtcdRange,
    iface: ifaceOf(settings.flannelIface, settings.lanCidr),
    forwardRules: settings.forwardRules === "flannel",
    image: images.flannel,
  }),
  install: (name, { nodes = [], kubeconfig = "", ...args }, opts) => ({
    ready: new FlannelEtcd(name, { ...args, nodes, kubeconfig }, opts).commands,
  }),
};

/**
 * Not inside the cluster: flannel asks it for a lease, and its container is to be removed with the lab. It comes after
 * the nodes: where it and a node are gone, the node's part is the first to go, and nothing is undone there.
 */
function createEtcd(
  { stack, nodeImage: image, lanCidr }: StackSettings,
  { lans, nodes }: Pick<Cluster, "lans" | "nodes">,
): Etcd {
  const [lan] = lans;
  if (lan === undefined) {
    throw new RangeError("a cluster has at least one LAN");
  }
  const machines = nodes.map(({ machine }) => machine);
  return new Etcd("etcd", { stack, image, lan, address: etcdOnLan(lanCidr) }, { dependsOn: machines });
}
