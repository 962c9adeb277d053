import {
  flanneldOnNat,
  flanneldWell,
  ownBridge,
  ownLease,
  quickTest,
  quickTestSame,
  sharedLease,
} from "../checks/flannel-etcd";
import { healthyNetwork } from "../checks/healthy";
import { nodesReady } from "../checks/nodes-ready";
import { pingSameNode } from "../checks/ping-same-node";
import { pingOnLan } from "../checks/public-ip";
import type { Lab } from "../format/lab-data";
import { lesson } from "./lesson";

/** flanneld finds its lease by the address that it announces, and on Vagrant boxes that is the same on all. */
export const lab: Lab = {
  id: "flannel-etcd-same-subnet",
  title: "flanneld as a service with its leases in etcd, on nodes as Vagrant makes them",
  bug: "flanneld announces 10.0.2.15 on every node, and whoever announces an address gets the lease of that address",
  symptom: "all nodes have the same subnet: containers of two nodes have addresses of one network, and don't meet",
  minutes: 1,
  memoryMiB: 1050,
  values: { cni: "flannel-etcd", nodes: "2", nodeNetwork: "vagrant" },
  broken: [{ cni: "flannel-etcd", nodeNetwork: "vagrant", flannelIface: "default-route" }],
  fixed: [{ flannelIface: "eth1" }],
  checks: {
    healthy: [...healthyNetwork, flanneldWell, ownLease, quickTest, pingOnLan],
    symptom: [nodesReady, pingSameNode, pingOnLan, flanneldOnNat, sharedLease, quickTestSame, ownBridge],
  },
  lesson,
};
