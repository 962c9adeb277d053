import { type Carrier, flannelTunnel, type Overlay } from "./overlay";

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
  /** `pod` is the pod's own interface, `veth` the node's end of it; else a link of the node. */
  readonly at: "pod" | "veth" | { readonly link: string; readonly vxlan?: boolean };
  /** As a person reads it. */
  readonly label: string;
}

/** The VXLAN port that Flannel uses on Linux (flannel, Documentation/backends.md). */
export const vxlanPort = 8472;

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
  const { carrier, links } = overlay;
  const bridge = carrier === "weave" ? "weave" : "cni0";
  const carriers: Readonly<Record<Carrier, (end: Hop["end"]) => Hop[]>> = {
    // Where the router takes frames from the bridge, and gives them to it.
    weave: (end) => [link(end, "vethwe-bridge")],
    vxlan: (end) => [link(end, flannelTunnel), onSide(end, { link: links[end], vxlan: true }, `${links[end]} (VXLAN)`)],
    routes: (end) => [link(end, links[end])],
  };
  const carried = carriers[carrier];
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
