import { vxlanOverhead } from "../definition";
import type { CniNeeds } from "../needs";
import { dataPort, defaultMtu, routerPort } from "./names";

/** What Weave needs of the nodes: the ports of its router and of its kernel's tunnel. */
export function weaveNeeds(mtu: number | undefined, image: string): CniNeeds {
  return {
    ports: [
      { protocol: "tcp", port: routerPort },
      { protocol: "udp", port: routerPort },
      { protocol: "udp", port: dataPort },
    ],
    links: ["bridge", "veth"],
    modules: ["openvswitch", "vxlan"].map((name) => ({ name, without: "carries packets in user space, and slower" })),
    packetBytes: (mtu ?? defaultMtu) + vxlanOverhead,
    images: [image],
    enforcesPolicies: false,
  };
}
