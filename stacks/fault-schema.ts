import type { z } from "zod";
import type { ForwardPolicy, OverlayRules } from "../components/cluster/node-state/forwarding";
import type { MachineIds } from "../components/cluster/node-state/machine-id";
import type { NodeNetwork } from "../components/cluster/node-state/vagrant";
import { oneOf } from "./rules";

const forwardPolicies = ["accept", "drop"] as const satisfies readonly ForwardPolicy[];
const machineIds = ["own", "shared"] as const satisfies readonly MachineIds[];
const nodeNetworks = ["lan", "vagrant"] as const satisfies readonly NodeNetwork[];
const overlayRules = ["flannel", "none", "by-hand"] as const satisfies readonly OverlayRules[];

/** The keys that bug labs need: a healthy stack leaves all of them at their defaults. */
export const faultConfig = {
  forwardPolicy: oneOf(forwardPolicies)
    .default("accept")
    .describe("what the nodes do with packets on their way through that no rule accepts"),
  forwardRules: oneOf(overlayRules)
    .default("flannel")
    .describe("whose rules let the packets of Flannel's overlay through: Flannel's own, nobody's, or one by hand"),
  machineId: oneOf(machineIds)
    .default("own")
    .describe("whether each node has a machine-id of its own, or all have the same, as clones of one machine"),
  nodeCleanup: oneOf(["on", "off"])
    .default("on")
    .describe("whether nodes are cleaned when a CNI leaves, so that new pods get the next one's network"),
  recreatePods: oneOf(["on", "off"])
    .default("on")
    .describe("whether pods that hold an address of a CNI that left are recreated"),
  nodeNetwork: oneOf(nodeNetworks)
    .default("lan")
    .describe("how nodes are connected: by the LAN alone, or with an eth0 like a Vagrant box's besides"),
};

/** The settings of the faults, complete and in force. */
export type FaultConfig = z.infer<z.ZodObject<typeof faultConfig>>;
