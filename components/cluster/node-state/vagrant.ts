import type { NodeState } from "./in-force";

/** How a node is connected: by the lab's LAN alone, or as a virtual machine of Vagrant's, by a NAT of its own besides. */
export type NodeNetwork = "lan" | "vagrant";

/** What VirtualBox gives to every machine alike. */
export const natAddress = "10.0.2.15";

/** The network of that address. */
export const natNetwork = "10.0.2.0/24";

/**
 * The first interface of a Vagrant box: a NAT for this machine alone, with the default route by it, and the same address
 * as every other box has behind its own. The NAT is a network namespace in the node, and leads nowhere.
 */
export const vagrantNat: NodeState = {
  name: "vagrant-nat",
  description: "eth0 behind a NAT of this node's own, as on a Vagrant box",
  apply: `
[ -e /run/netns/nat ] || ip netns add nat
ip link show eth0 >/dev/null 2>&1 || ip link add eth0 type veth peer name eth0 netns nat
ip -n nat address replace 10.0.2.2/24 dev eth0
ip -n nat link set lo up
ip -n nat link set eth0 up
ip address replace ${natAddress}/24 dev eth0
ip link set eth0 up
ip route replace default via 10.0.2.2 dev eth0`,
  undo: `
if ip link show eth0 >/dev/null 2>&1; then ip link delete eth0; fi
if [ -e /run/netns/nat ]; then ip netns delete nat; fi`,
};
