import type { Check } from "../../checks/language/check";
import { probeNames } from "../../components/probe/probe-names";
import { nodeNetwork, nodeNetworkCauses } from "./evidence";
import { kubeProxyPods, noKubeProxyPod, noRules, rules } from "./kube-proxy";
import { asksService } from "./service-ip";

const curl = "curl -sS -m 2";

/**
 * A Service whose replica is a neighbour of the pod that asks. The answer never leaves the bridge: only where bridged
 * packets pass by iptables is its address turned back into the Service's.
 */
export const serviceSameNode: Check = {
  id: "service-same-node",
  title: "A Service's address answers a pod by the replica on the pod's own node",
  subjects: "same-node-pair",
  reach: asksService,
  steps: [
    {
      id: "direct",
      at: "to.pod",
      run: ["curl", "-sS", "-m", "2", `http://{from.ip}:${probeNames.containerPort}/`],
      exits: [0, 7, 28],
    },
    {
      id: "requests",
      at: "to.pod",
      run: [
        "sh",
        "-c",
        [
          // kube-proxy picks replicas at random: eight requests for each miss one of three once in 5000 tries.
          "i=0",
          "while [ $i -lt $(({nodes.count} * 8)) ]; do",
          "  i=$((i + 1))",
          `  answer=$(${curl} http://{service.ip}:{service.port}/ 2>&1) || { echo "request $i: curl exit $?"; exit 0; }`,
          '  case $answer in *\'"{from.pod}"\'*) echo "request $i: by {from.pod}"; exit 0 ;; esac',
          "done",
          "echo none by {from.pod}",
        ].join("\n"),
      ],
      timeoutSeconds: 30,
    },
    {
      id: "nobody",
      at: "to.pod",
      // A port that the replica does not have: refused.
      run: ["curl", "-sS", "-m", "1", "-o", "/dev/null", "-w", "%{http_code}", "http://{from.ip}:81/"],
      exits: [0, 7, 28],
    },
  ],
  read: {
    direct: { pattern: /^[\s\S]*$/, as: (text) => /"pod":"([^"]+)"/.exec(text)?.[1] ?? "nobody" },
    byService: { from: "requests", pattern: /^(?:request \d+: )?(?:by )?(.+)$/m },
    otherPort: { from: "nobody", pattern: /\d{3}/ },
  },
  expect: [
    // Without the Service they reach each other: what is lost is lost by it.
    { value: "direct", equals: "{from.pod}" },
    { value: "byService", equals: "{from.pod}" },
    { value: "otherPort", equals: "000" },
  ],
  timing: { bySeconds: 30, everySeconds: 1 },
  says: {
    holds: "{to.ip} reaches {value.byService} of its own node {to.node} by {service.ip}",
    fails:
      "the pod {to.ip} does not reach the replica {from.ip} of its own node {to.node} by the Service's address {service.ip}: {value.byService}; without the Service answers: {value.direct}",
  },
  evidence: [
    {
      id: "bridge-nf",
      at: "to.node",
      run: ["sh", "-c", "sysctl net.bridge.bridge-nf-call-iptables 2>&1"],
    },
    rules("to."),
    kubeProxyPods("to."),
    { id: "connections", at: "to.node", run: ["sh", "-c", "conntrack -L -s {to.ip} 2>&1 | head -n 20"] },
    ...nodeNetwork("to."),
  ],
  causes: [
    {
      evidence: "bridge-nf",
      pattern: /^(?<sysctl>net\.bridge\.bridge-nf-call-iptables) = 0$/m,
      says: "{found.sysctl} is 0 on {to.node}: an answer that stays on the bridge keeps the replica's address, and the pod that asked the Service refuses it; set it to 1",
    },
    {
      evidence: "bridge-nf",
      pattern: /cannot stat \S*bridge-nf-call-iptables/,
      says: "{to.node} has no net.bridge.bridge-nf-call-iptables: the kernel module br_netfilter is not loaded",
    },
    noRules("to."),
    noKubeProxyPod("to."),
    ...nodeNetworkCauses("to."),
  ],
};
