import type { Check } from "../../checks/language/check";
import type { NoReach } from "../../checks/language/reach";
import { distinctField } from "../../checks/readers/read";
import { podLogs } from "../../components/cluster/pod-logs";
import { nodeNetwork, nodeNetworkCauses } from "./evidence";

/** Of a check that asks a Service. */
export const asksService: NoReach = { none: "a Service is asked, and any of its replicas may answer" };

/** The ClusterIP of a Service with a replica on each node, asked from each node. */
export const serviceIp: Check = {
  id: "service-ip",
  title: "A Service's address answers from every node, by every replica",
  subjects: "node",
  reach: asksService,
  steps: [
    {
      id: "requests",
      at: "pod",
      run: [
        "sh",
        "-c",
        // kube-proxy picks replicas at random: eight requests for each miss one of three once in 5000 tries.
        'i=0; while [ $i -lt $(({nodes.count} * 8)) ]; do i=$((i + 1)); curl -sS -m 2 http://{service.ip}:{service.port}/ || { echo "request $i: curl exit $?"; break; }; echo; done',
      ],
      timeoutSeconds: 30,
    },
    {
      id: "nobody",
      at: "pod",
      // A port that the Service does not have: refused (7) or not answered (28).
      run: ["curl", "-sS", "-m", "1", "-o", "/dev/null", "-w", "%{http_code}", "http://{service.ip}:81/"],
      exits: [0, 7, 28],
    },
  ],
  read: {
    replicas: { pattern: /^.*$/s, as: distinctField("node") },
    failed: { pattern: /request \d+: curl exit \d+/ },
    otherPort: { from: "nobody", pattern: /\d{3}/ },
  },
  expect: [
    { value: "failed", absent: true },
    { value: "replicas", equals: "{nodes.names}" },
    { value: "otherPort", equals: "000" },
  ],
  timing: { bySeconds: 30, everySeconds: 1 },
  says: {
    holds: "{service.ip} answers, by the replicas on {value.replicas}",
    fails:
      "the Service's address {service.ip} does not answer as it should from {node}; seen were replicas on: {value.replicas}",
  },
  evidence: [
    {
      id: "endpoints",
      at: "kubectl",
      run: ["-n", "{namespace}", "get", "pods,services,endpointslices", "-o", "wide"],
    },
    { id: "rules", at: "node", run: ["sh", "-c", "iptables-save -t nat | grep -F -e {service.ip} -e cni-lab/probe"] },
    {
      id: "kube-proxy",
      at: "node",
      run: ["sh", "-c", `tail -n 40 ${podLogs("kube-system", "kube-proxy")}`],
    },
    ...nodeNetwork(""),
  ],
  causes: [
    {
      evidence: "rules",
      pattern: /^\s*$/,
      says: "{node} has no rule for {service.ip}: kube-proxy does not do its work there",
    },
    ...nodeNetworkCauses(""),
  ],
};
