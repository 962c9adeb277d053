import type { Check } from "../../checks/language/check";
import { nodeNetwork, nodeNetworkCauses } from "./evidence";
import { pingAcrossNodes } from "./ping-across-nodes";

/** The control of whatever is lost between nodes: the same pods, the same tool, and no node in between. */
export const pingSameNode: Check = {
  ...pingAcrossNodes,
  id: "ping-same-node",
  title: "Two pods of one node reach each other (control)",
  subjects: "same-node-pair",
  topic: undefined,
  controls: {},
  says: {
    holds: "{from.ip} reaches {to.ip} in {value.milliseconds} ms, both on {from.node}",
    fails: "the pod {from.ip} does not reach the pod {to.ip} on the same node {to.node}",
  },
  evidence: nodeNetwork("from."),
  causes: nodeNetworkCauses("from."),
};
