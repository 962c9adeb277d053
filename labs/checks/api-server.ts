import type { Check } from "../../checks/language/check";
import { nodeNetwork, nodeNetworkCauses } from "./evidence";
import { asksService } from "./service-ip";

/** The API server by its Service, as every controller in a pod reaches it. */
export const apiServer: Check = {
  id: "api-server",
  title: "A pod reaches the API server through its Service's address",
  subjects: "node",
  reach: asksService,
  steps: [{ id: "version", at: "pod", run: ["curl", "-sS", "-k", "-m", "3", "https://{api.ip}:443/version"] }],
  read: { version: { pattern: /"gitVersion":\s*"([^"]+)"/ } },
  expect: [{ value: "version", matches: /^v1\./ }],
  timing: { bySeconds: 30, everySeconds: 1 },
  says: {
    holds: "{api.ip} answers: Kubernetes {value.version}",
    fails: "a pod on {node} does not reach the API server at {api.ip}",
  },
  evidence: [
    { id: "endpoints", at: "kubectl", run: ["-n", "default", "get", "services,endpointslices", "-o", "wide"] },
    { id: "rules", at: "node", run: ["sh", "-c", "iptables-save -t nat | grep -F -e {api.ip} -e default/kubernetes"] },
    ...nodeNetwork(""),
  ],
  causes: [
    {
      evidence: "rules",
      pattern: /^\s*$/,
      says: "{node} has no rule for {api.ip}: kube-proxy does not do its work there",
    },
    ...nodeNetworkCauses(""),
  ],
};
