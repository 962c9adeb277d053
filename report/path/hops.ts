import type { Carrier } from "../../components/cni/definition";
import type { Overlay } from "./overlay";

/** One end of the way: a pod, by the interface that its cluster uses. */
export interface End {
  readonly pod: string;
  readonly node: string;
  /** The interface inside the pod. */
  readonly link: string;
  /** The address of that interface. */
  readonly address: string;
}

/** A place where packets are counted. */
export interface Hop {
  /** Whose side it is on. */
  readonly end: "from" | "to";
  readonly node: string;
  /** `pod` is the pod's own interface, `veth` the node's end of it; else a link of the node, inside VXLAN to a UDP port. */
  readonly at: "pod" | "veth" | { readonly link: string; readonly vxlan?: number };
  /** As a person reads it. */
  readonly label: string;
}

/**
 * The places that a packet passes from one pod to the other, in order.
 *
 * @param overlay how the CNI in force carries what goes to another node
 * @param master the nodes' interface that second interfaces ride on
 */
export function hopsBetween(from: End, to: End, overlay: Overlay, master = "eth1"): readonly Hop[] {
  const isLocal = from.node === to.node;
  const onSide = (end: Hop["end"], at: Hop["at"], label: string): Hop => ({
    end,
    node: end === "from" ? from.node : to.node,
    at,
    label,
  });
  const link = (end: Hop["end"], name: string): Hop => onSide(end, { link: name }, name);
  const [sender, receiver] = [
    onSide("from", "pod", `${from.pod} ${from.link}`),
    onSide("to", "pod", `${to.pod} ${to.link}`),
  ];
  if (from.link !== "eth0") {
    // A macvlan interface is on the nodes' LAN: no bridge, no tunnel.
    return [sender, link("from", master), ...(isLocal ? [] : [link("to", master)]), receiver];
  }
  const { carrier, links, cni } = overlay;
  const { bridge } = cni;
  const carried = (end: Hop["end"]): Hop[] => carriedBy(carrier, links[end], (at, label) => onSide(end, at, label));
  const between = isLocal ? [] : [...carried("from"), ...carried("to").reverse(), link("to", bridge)];
  return [
    sender,
    onSide("from", "veth", "veth"),
    link("from", bridge),
    ...between,
    onSide("to", "veth", "veth"),
    receiver,
  ];
}

/** Between a node's bridge and what leads out of it. */
function carriedBy(carrier: Carrier, nic: string, hop: (at: Hop["at"], label: string) => Hop): Hop[] {
  switch (carrier.by) {
    case "vxlan":
      return [hop({ link: carrier.link }, carrier.link), hop({ link: nic, vxlan: carrier.port }, `${nic} (VXLAN)`)];
    case "program":
      return [hop({ link: carrier.link }, carrier.link)];
    case "routes":
      return [hop({ link: nic }, nic)];
  }
}

/** Packets seen at each hop. */
export interface Counted extends Hop {
  readonly multicast: number;
  readonly unicast: number;
}

/** Where packets of one kind get to. */
export type Reach =
  | { readonly type: "arrives" }
  | { readonly type: "stops"; readonly after: Hop; readonly before: Hop }
  | { readonly type: "not-sent" };

/** Where packets of one kind get to: the last place that saw one, and the next one that saw none. */
export function reachOf(hops: readonly Counted[], kind: "multicast" | "unicast"): Reach {
  const last = hops.findLastIndex((hop) => hop[kind] > 0);
  const [after, before] = [hops[last], hops[last + 1]];
  if (after === undefined) return { type: "not-sent" };
  return before === undefined ? { type: "arrives" } : { type: "stops", after, before };
}
