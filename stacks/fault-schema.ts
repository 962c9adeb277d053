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
    .describe("the policy of the nodes' FORWARD chain: what happens to packets that no rule accepts"),
  forwardRules: oneOf(overlayRules)
    .default("flannel")
    .describe("which rules accept the packets of Flannel's overlay: Flannel's own, none, or one set by hand"),
  machineId: oneOf(machineIds)
    .default("own")
    .describe("whether each node has its own machine-id, or all share one, as clones of one machine do"),
  nodeCleanup: oneOf(["on", "off"])
    .default("on")
    .describe("whether a CNI's residue is removed when the CNI leaves, so that new pods get the next CNI's network"),
  recreatePods: oneOf(["on", "off"])
    .default("on")
    .describe("whether stale pods, with an address of a CNI that left, are recreated"),
  nodeNetwork: oneOf(nodeNetworks)
    .default("lan")
    .describe("how nodes are connected: by the LAN alone, or also by an eth0 as a Vagrant box has it"),
};

/** The settings of the faults, complete and in force. */
export type FaultConfig = z.infer<z.ZodObject<typeof faultConfig>>;
