import type { Check } from "../check";
import { nodeNetwork, nodeNetworkCauses, nodeServices, nodeServicesCauses } from "./evidence";

const ready = '.status.conditions[?(@.type=="Ready")]';

/** Every node is Ready. */
export const nodesReady: Check = {
  id: "nodes-ready",
  title: "Every node is Ready: its kubelet runs and its runtime has a CNI",
  subjects: "node",
  steps: [
    {
      id: "condition",
      at: "kubectl",
      run: ["get", "node", "{node}", "-o", `jsonpath={${ready}.status} {${ready}.reason} {${ready}.message}`],
    },
  ],
  read: { ready: { pattern: /^(\S+)/ }, why: { pattern: /^\S+ \S+ (.+)/s } },
  expect: [{ value: "ready", equals: "True" }],
  timing: { bySeconds: 60, everySeconds: 2 },
  says: { holds: "{node} is Ready", fails: "{node} is not Ready: {value.why}" },
  evidence: [
    { id: "describe", at: "kubectl", run: ["describe", "node", "{node}"] },
    ...nodeServices(""),
    ...nodeNetwork(""),
  ],
  causes: [...nodeServicesCauses(""), ...nodeNetworkCauses("")],
};
