import type { ClusterAccess } from "../../checks/engine/access";
import type { Values } from "../../checks/language/values";
import type { Carrier, CniDefinition } from "../../components/cni/definition";
import { cniOf } from "../../components/cni/registry";
import { parseJson } from "../../lib/json";
import { UserError } from "../../lib/user-error";

/** The CNI in force, and how it brings packets to another node with a stack's values. */
export interface Carrying {
  readonly cni: CniDefinition;
  readonly carrier: Carrier;
}

/** The same on two nodes. */
export interface Overlay extends Carrying {
  /** The interface by which each of the two nodes' packets leave and come, in a tunnel or as they are. */
  readonly links: Readonly<Record<"from" | "to", string>>;
}

/**
 * How the CNI of a stack with these values carries packets.
 *
 * @throws UserError where there is no CNI: its pods have no network, and so no way between them
 */
export function carryingOf(stack: string, values: Values): Carrying {
  const cni = cniOf(values.cni);
  if (cni === undefined) {
    const rule = "gives pods no network: there is no way between two of them that a packet could take";
    throw new UserError([{ field: "cni", value: values.cni, rule, fix: `run ./lab swap ${stack} flannel` }]);
  }
  return { cni, carrier: cni.carrier(values) };
}

/** Asks both nodes by which interface they reach each other: flannel chooses it, and so may a user. */
export async function seeOverlay(
  access: ClusterAccess,
  carrying: Carrying,
  { from, to }: Readonly<Record<"from" | "to", { readonly node: string }>>,
): Promise<Overlay> {
  const [own, other] = await Promise.all([
    linkOn(access, carrying.carrier, from.node, to.node),
    linkOn(access, carrying.carrier, to.node, from.node),
  ]);
  return { ...carrying, links: { from: own, to: other } };
}

interface SeenLink {
  readonly dev: string;
  readonly linkinfo: { readonly info_data?: { readonly link?: string } };
}

/** The link that carries the tunnel, or else that to the other node; the LAN's where the node does not say. */
async function linkOn(access: ClusterAccess, carrier: Carrier, node: string, other: string): Promise<string> {
  const address = access.nodes.find(({ name }) => name === other)?.address ?? "";
  const argv =
    carrier.by === "vxlan"
      ? ["ip", "-json", "-details", "link", "show", carrier.link]
      : ["ip", "-json", "route", "get", address];
  const ran = await access.node(node, argv, { timeoutMs: 8_000 });
  const [seen] = parseJson<readonly Partial<SeenLink>[]>(ran.stdout) ?? [];
  return (carrier.by === "vxlan" ? seen?.linkinfo?.info_data?.link : seen?.dev) ?? "eth1";
}
