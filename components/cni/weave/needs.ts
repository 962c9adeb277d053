import { vxlanOverhead } from "../definition";
import type { CniNeeds } from "../needs";
import { dataPort, defaultMtu, routerPort } from "./names";

const without = "carries packets in user space, and slower";

/** In user space its links have an MTU of 65535, and find out that 1438 bytes pass between nodes. */
const onSome = {
  rule: `those without it send packets larger than the ${defaultMtu} bytes that the others take, and they are lost (TCP's are not)`,
  fix: `give all pods the same MTU: mtu of Weave, or pulumi config set weaveMtu ${defaultMtu}`,
};

/** What Weave needs of the nodes: the ports of its router and of its kernel's tunnel. */
export function weaveNeeds(mtu: number | undefined, image: string): CniNeeds {
  return {
    ports: [
      { protocol: "tcp", port: routerPort },
      { protocol: "udp", port: routerPort },
      { protocol: "udp", port: dataPort },
    ],
    links: ["bridge", "veth"],
    modules: [
      { name: "openvswitch", without, ...(mtu === undefined ? { onSome } : {}) },
      { name: "vxlan", without },
    ],
    packetBytes: (mtu ?? defaultMtu) + vxlanOverhead,
    images: [image],
    enforcesPolicies: false,
  };
}
