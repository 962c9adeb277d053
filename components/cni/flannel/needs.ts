import type { CniNeeds } from "../needs";
import type { FlannelBackend } from "./flanneld";
import { flannelPort } from "./names";

/** What Flannel needs of the nodes: its tunnel's port, and packets as large as their links take, from which it reckons. */
export function flannelNeeds(backend: FlannelBackend, images: readonly string[]): CniNeeds {
  const isTunnel = backend.type === "vxlan";
  return {
    ports: isTunnel ? [{ protocol: "udp", port: backend.port ?? flannelPort }] : [],
    links: ["bridge", "veth", ...(isTunnel ? ["vxlan"] : [])],
    modules: [],
    packetBytes: "link",
    images,
    enforcesPolicies: false,
  };
}
