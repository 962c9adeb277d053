import type { Values } from "../../labs/values";
import { UserError } from "../../lib/user-error";
import type { ClusterAccess } from "../checks/access";
import { parseJson } from "../checks/text";

/** Flannel's tunnel, by the name that flannel makes of its VNI, 1. */
export const flannelTunnel = "flannel.1";

/** How a CNI brings packets to another node: by Weave's router, in VXLAN, or as they are, by the nodes' routes. */
export type Carrier = "weave" | "vxlan" | "routes";

/** The same on two nodes. */
export interface Overlay {
  readonly carrier: Carrier;
  /** The interface by which each of the two nodes' packets leave and come, in a tunnel or as they are. */
  readonly links: Readonly<Record<"from" | "to", string>>;
}

/**
 * How the CNI of a stack with these values carries packets.
 *
 * @throws UserError where there is no CNI: its pods have no network, and so no way between them
 */
export function carrierOf(stack: string, { cni, flannelBackend }: Values): Carrier {
  switch (cni) {
    case "weave":
      return "weave";
    case "flannel":
      return flannelBackend === "host-gw" ? "routes" : "vxlan";
    case "flannel-etcd":
      return "vxlan";
    default: {
      const rule = "gives pods no network: there is no way between two of them that a packet could take";
      throw new UserError([{ field: "cni", value: cni, rule, mend: `run ./lab swap ${stack} flannel` }]);
    }
  }
}

/** Asks both nodes by which interface they reach each other: flannel chooses it, and so may a user. */
export async function seeOverlay(
  access: ClusterAccess,
  carrier: Carrier,
  { from, to }: Readonly<Record<"from" | "to", { readonly node: string }>>,
): Promise<Overlay> {
  const [own, other] = await Promise.all([
    linkOn(access, carrier, from.node, to.node),
    linkOn(access, carrier, to.node, from.node),
  ]);
  return { carrier, links: { from: own, to: other } };
}

interface SeenLink {
  readonly dev: string;
  readonly linkinfo: { readonly info_data?: { readonly link?: string } };
}

/** The link that carries the tunnel, or else that to the other node; the LAN's where the node does not say. */
async function linkOn(access: ClusterAccess, carrier: Carrier, node: string, other: string): Promise<string> {
  const address = access.nodes.find(({ name }) => name === other)?.address ?? "";
  const argv =
    carrier === "vxlan"
      ? ["ip", "-json", "-details", "link", "show", flannelTunnel]
      : ["ip", "-json", "route", "get", address];
  const ran = await access.node(node, argv, { timeoutMs: 8_000 });
  const [seen] = parseJson<readonly Partial<SeenLink>[]>(ran.stdout) ?? [];
  return (carrier === "vxlan" ? seen?.linkinfo?.info_data?.link : seen?.dev) ?? "eth1";
}
