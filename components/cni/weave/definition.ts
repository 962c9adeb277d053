import { images } from "../../../lib/versions";
import { defineCni, vxlanOverhead } from "../definition";
import { defaultRange, routerPort, statusPages, weaveBridge, weaveNet, weaveTunnel } from "./names";
import { weaveResidue } from "./residue";

/** Weave Net: one Ethernet over all nodes, which carries multicast and broadcast too. */
export const weave = defineCni({
  id: "weave",
  title: "Weave",
  exclusive: false,
  settings: {
    weaveRange: {
      is: "network",
      longest: 22,
      default: defaultRange,
      describe: "the pod network with Weave, shared by all nodes",
    },
    weaveMtu: {
      is: "number",
      from: 576,
      to: 65535,
      describe: "the MTU of pods with Weave, in bytes, on nodes that have no Weave bridge yet; default: Weave's own",
    },
    weavePassword: {
      is: "text",
      allows: (text) => text !== "",
      rule: "must not be empty",
      describe: "encrypts Weave's traffic between nodes; a secret; default: not encrypted",
    },
  },
  secrets: ["weavePassword"],
  podNetwork: { key: "weaveRange", default: defaultRange },
  nodeSubnet: { by: "none" },
  residue: weaveResidue,
  bridge: weaveBridge,
  carrier: () => ({ by: "program", link: "vethwe-bridge" }),
  tunnels: [weaveTunnel],
  // Its sleeve takes no more than the kernel's VXLAN.
  packetSizes: [{ link: weaveBridge, overhead: vxlanOverhead }],
  carriesMulticast: true,
  router: {
    name: "Weave's router",
    connections: `curl -sS -m 2 ${statusPages}/connections`,
    isLost: (line) => !/ established | ourself/.test(line),
    wayOf: (line) => / established +(?:encrypted +)?(\w+)/.exec(line)?.[1],
    port: routerPort,
  },
  logs: { weave: { namespace: weaveNet.namespace, pods: weaveNet.name } },
  podImage: images.weave,
  clusterObject: ["--namespace", weaveNet.namespace, "configmap", weaveNet.name],
  machineIds: "identity",
});
