import type { Cause, Check, Step } from "../../checks/language/check";
import { podLogs } from "../../components/cluster/pod-logs";
import { probeNames } from "../../components/probe/probe-names";
import { versions } from "../../lib/versions";
import { nodeNetwork, nodeNetworkCauses } from "./evidence";

type End = "" | "from." | "to.";

const all = /^[\s\S]*$/;
const kubeProxy = "kube-proxy";
const selector = ["-n", "kube-system", "get", "pods", "-l", `k8s-app=${kubeProxy}`];
/** Where kube-proxy says whether its rules are up to date: its default `healthzBindAddress`. */
const healthz = "http://127.0.0.1:10256/healthz";

/** The rules of a node for the probe's Service, as kube-proxy has written them. */
export const rules = (end: End): Step => ({
  id: "rules",
  at: `${end}node`,
  run: ["sh", "-c", "iptables-save -t nat | grep -F -e {service.ip} -e cni-lab/probe"],
});

/** That there are none. */
export const noRules = (end: End): Cause => ({
  evidence: "rules",
  pattern: /^\s*$/,
  says: `{${end}node} has no rule for {service.ip}: kube-proxy does not do its work there`,
});

/** kube-proxy's pod of a node, and a last line that shows that the API server was asked. */
export const kubeProxyPods = (end: End): Step => ({
  id: "kube-proxy-pods",
  at: "kubectl",
  run: [
    ...[...selector, "--field-selector", `spec.nodeName={${end}node}`],
    ...["-o", "jsonpath=pods: {.items[*].metadata.name} {.items[*].status.phase}."],
  ],
});

/** That it has none. */
export const noKubeProxyPod = (end: End): Cause => ({
  evidence: "kube-proxy-pods",
  pattern: /^pods:\s+\.\s*$/,
  says: `no pod of kube-proxy is on {${end}node}: its rules for Services are what they were when the last one ended`,
});

/** Addresses in a text, each once, sorted and joined by commas; `none` where there are none. */
const addresses = (pattern: RegExp) => (text: string) =>
  [...new Set([...text.matchAll(pattern)].map(([, address]) => address))].sort().join(",") || "none";

/** Of a Service without replicas nothing can be told. */
const withReplicas = /^[\s\S]*^ready: +\d[\s\S]*$/m;

/**
 * What kube-proxy has written stays in the kernel when it is gone: Services go on answering until a replica moves. So
 * the program itself is looked for, and its rules are held to what the API server says now.
 */
export const kubeProxyReady: Check = {
  id: "kube-proxy-ready",
  title: "kube-proxy runs on every node, and its rules have a Service's present replicas",
  subjects: "node",
  steps: [
    {
      id: "daemonsets",
      at: "kubectl",
      run: ["-n", "kube-system", "get", "daemonsets", "-o", "jsonpath=daemonsets: {.items[*].metadata.name}"],
    },
    { id: "healthz", at: "node", run: ["curl", "-sS", "-m", "2", healthz], exits: [0, 7, 28] },
    {
      id: "rules",
      at: "node",
      run: ["sh", "-c", 'iptables-save -t nat | grep -F -e "--to-destination" | grep -F "cni-lab/probe:"'],
      // 1: no such rule.
      exits: [0, 1],
    },
    {
      id: "replicas",
      at: "kubectl",
      run: [
        ...["-n", "{namespace}", "get", "endpointslices", "-l", `kubernetes.io/service-name=${probeNames.name}`],
        ...["-o", "jsonpath=ready: {.items[*].endpoints[?(@.conditions.ready==true)].addresses[0]}"],
      ],
    },
  ],
  read: {
    daemonSet: {
      pattern: /^daemonsets:[\s\S]*$/,
      as: (text) => (text.split(/\s+/).includes(kubeProxy) ? "there" : "missing"),
    },
    healthy: { from: "healthz", pattern: all, as: (text) => /"healthy":(true|false)/.exec(text)?.[1] ?? "no answer" },
    rules: { from: ["rules", "replicas"], pattern: withReplicas, as: addresses(/--to-destination ([\d.]+):/g) },
    replicas: { from: "replicas", pattern: withReplicas, as: addresses(/ ([\d.]+)/g) },
  },
  expect: [
    { value: "daemonSet", equals: "there" },
    { value: "healthy", equals: "true" },
    { value: "rules", equals: "{value.replicas}" },
  ],
  timing: { bySeconds: 30, everySeconds: 2 },
  says: {
    holds: "kube-proxy of {node} is well; {service.ip} leads to {value.rules}",
    fails:
      "kube-proxy is not in force on {node}: its DaemonSet is {value.daemonSet}, healthy: {value.healthy}; {service.ip} leads to {value.rules}, its replicas are {value.replicas}",
  },
  evidence: [
    {
      id: "all-daemonsets",
      at: "kubectl",
      run: ["-n", "kube-system", "get", "daemonsets", "-o", "jsonpath=daemonsets: {.items[*].metadata.name} ."],
    },
    kubeProxyPods(""),
    { id: "log", at: "node", run: ["sh", "-c", `tail -n 40 ${podLogs("kube-system", "kube-proxy")}`] },
    ...nodeNetwork(""),
  ],
  causes: [
    {
      evidence: "all-daemonsets",
      pattern: /^daemonsets:(?!.* kube-proxy ).*\.\s*$/,
      // The phase alone would write kube-proxy's settings anew as well, and a lab's are not the default ones.
      says: `the DaemonSet kube-system/kube-proxy is missing: no node follows what changes in a Service. On the first node this recreates it: kubeadm init phase addon kube-proxy --kubernetes-version v${versions.kubernetes} --print-manifest | awk -v RS='---\\n' '/kind: DaemonSet/' | kubectl --kubeconfig /etc/kubernetes/admin.conf apply -f -`,
    },
    noKubeProxyPod(""),
    {
      evidence: "log",
      // The last message: what has ended it.
      pattern: /"command failed" err="(?<why>[^\n]+)"\s*$/,
      says: "kube-proxy of {node} ends as it starts: {found.why}",
    },
    ...nodeNetworkCauses(""),
  ],
};
