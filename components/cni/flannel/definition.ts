import { images } from "../../../lib/versions";
import { defaultPodNetwork } from "../../cluster/pod-network";
import { defineCni, vxlanOverhead } from "../definition";
import { ifaceRule, isIface } from "./iface";
import { flannelDaemonSet, flannelLinks, flannelPort } from "./names";
import { flannelResidue } from "./residue";

const { bridge, tunnel } = flannelLinks;

/** Flannel in Kubernetes: a subnet for each node, and VXLAN or routes between them. It carries unicast only. */
export const flannel = defineCni({
  id: "flannel",
  title: "Flannel",
  exclusive: false,
  settings: {
    flannelBackend: {
      is: "choice",
      of: ["vxlan", "host-gw"],
      default: "vxlan",
      describe: "how Flannel carries packets between nodes: a VXLAN overlay, or routes",
    },
    flannelIface: {
      is: "text",
      allows: isIface,
      rule: ifaceRule,
      default: "default-route",
      describe: "how Flannel chooses the node's interface, or the address that it announces",
    },
  },
  secrets: [],
  podNetwork: { key: "podCidr", default: defaultPodNetwork },
  nodeSubnet: { by: "podCIDR" },
  residue: flannelResidue,
  bridge,
  carrier: ({ flannelBackend }) =>
    flannelBackend === "host-gw" ? { by: "routes" } : { by: "vxlan", link: tunnel, port: flannelPort },
  tunnels: [tunnel],
  packetSizes: [
    { link: tunnel, overhead: vxlanOverhead },
    { link: bridge, overhead: 0 },
  ],
  carriesMulticast: false,
  logs: { flannel: { namespace: flannelDaemonSet.namespace, pods: flannelDaemonSet.name } },
  podImage: images.flannel,
  images: [images.flannel, images.flannelCniPlugin],
  clusterObject: ["namespace", flannelDaemonSet.namespace],
  machineIds: "ignored",
});
