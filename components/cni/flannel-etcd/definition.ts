import { defineCni, vxlanOverhead } from "../definition";
import { flannelLinks, flannelPort, subnetFile } from "../flannel/names";
import { flannelEtcdResidue } from "./residue";
import { annotationProblem, etcdContainer, flanneldUnit, flannelEtcdDefaults } from "./service";

const { bridge, tunnel } = flannelLinks;
const { network } = flannelEtcdDefaults;

/** Flannel as a service of each node, with its leases in an etcd of its own. It finds its interface as Flannel does. */
export const flannelEtcd = defineCni({
  id: "flannel-etcd",
  title: "Flannel",
  exclusive: true,
  settings: {
    flannelEtcdRange: {
      is: "network",
      longest: 12,
      default: network,
      describe: "the pod network with flannel-etcd; each node gets a /16 of it",
    },
  },
  secrets: [],
  problems: ({ flannelIface: text }) =>
    typeof text === "string" && text.startsWith("annotation:") ? [annotationProblem("flannelIface", text)] : [],
  podNetwork: { key: "flannelEtcdRange", default: network },
  nodeSubnet: { by: "file", path: subnetFile, pattern: /^FLANNEL_SUBNET=(\S+)$/m },
  residue: flannelEtcdResidue,
  bridge,
  carrier: () => ({ by: "vxlan", link: tunnel, port: flannelPort }),
  tunnels: [tunnel],
  packetSizes: [{ link: tunnel, overhead: vxlanOverhead }],
  carriesMulticast: false,
  logs: { flanneld: { unit: flanneldUnit } },
  containers: (stack) => [{ name: "flannel's etcd", container: etcdContainer(stack) }],
  machineIds: "set",
});
