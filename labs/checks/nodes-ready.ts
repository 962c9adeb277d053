import type { Check } from "../../checks/language/check";
import { nodeNetwork, nodeNetworkCauses, nodeServices, nodeServicesCauses } from "./evidence";

const ready = '.status.conditions[?(@.type=="Ready")]';

/** Every node is Ready. */
export const nodesReady: Check = {
  id: "nodes-ready",
  title: "Every node is Ready: its kubelet runs and its runtime has a CNI",
  topic: "readiness of the nodes",
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

/** Without a CNI the kubelet says so, and says nothing else. */
export const nodesWithoutNetwork: Check = {
  ...nodesReady,
  id: "nodes-without-network",
  title: "Every node says that it has no CNI",
  when: { cni: ["none"] },
  expect: [
    { value: "ready", equals: "False" },
    { value: "why", matches: /cni plugin not initialized/ },
  ],
  says: {
    holds: "{node} is not Ready: {value.why}",
    fails: "{node} does not say that it lacks a CNI: Ready is {value.ready}, {value.why}",
  },
};
