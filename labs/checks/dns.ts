import type { Check } from "../../checks/language/check";
import { nodeNetwork, nodeNetworkCauses } from "./evidence";
import { asksService } from "./service-ip";

const dig = ["dig", "+search", "+tries=1", "+time=2"];

/** A name that is none, below the domain that the kubelet has told the pod: elsewhere other servers would be asked. */
const nobody = `domain=$(sed -n 's/^search .*[[:space:]]svc\\.\\([^[:space:]]*\\).*/\\1/p' /etc/resolv.conf)
dig +tries=1 +time=2 "nobody.cni-lab.svc.$domain."`;

/** The cluster's DNS, asked from a pod of each node. */
export const dns: Check = {
  id: "dns",
  title: "Pods resolve Service names through the cluster's DNS",
  subjects: "node",
  reach: asksService,
  steps: [
    { id: "kubernetes", at: "pod", run: [...dig, "kubernetes.default.svc"] },
    { id: "probe", at: "pod", run: [...dig, "probe.cni-lab.svc"] },
    { id: "nobody", at: "pod", run: ["sh", "-euc", nobody] },
  ],
  read: {
    server: { pattern: /^;; SERVER: ([\d.]+)#/m },
    kubernetes: { pattern: /^kubernetes\.default\.svc\.\S+\s+\d+\s+IN\s+A\s+(\S+)/m },
    probe: { from: "probe", pattern: /^probe\.cni-lab\.svc\.\S+\s+\d+\s+IN\s+A\s+(\S+)/m },
    nobody: { from: "nobody", pattern: /status: (\w+)/ },
  },
  expect: [
    { value: "server", equals: "{dns.ip}" },
    { value: "kubernetes", equals: "{api.ip}" },
    { value: "probe", equals: "{service.ip}" },
    { value: "nobody", equals: "NXDOMAIN" },
  ],
  timing: { bySeconds: 45, everySeconds: 2 },
  says: {
    holds: "{value.server} says that kubernetes is {value.kubernetes} and probe is {value.probe}",
    fails: "DNS does not answer a pod on {node} as it should",
  },
  evidence: [
    { id: "resolv-conf", at: "pod", run: ["cat", "/etc/resolv.conf"] },
    {
      id: "coredns",
      at: "kubectl",
      run: ["-n", "kube-system", "get", "pods,endpointslices", "-l", "k8s-app=kube-dns", "-o", "wide"],
    },
    {
      id: "coredns-log",
      at: "kubectl",
      run: ["-n", "kube-system", "logs", "-l", "k8s-app=kube-dns", "--tail=40", "--prefix"],
    },
    ...nodeNetwork(""),
  ],
  causes: [
    {
      evidence: "coredns",
      pattern: /^pod\/(?<pod>coredns-\S+)\s+0\/1\s+(?<state>\S+)/m,
      says: "the DNS server pod {found.pod} is not ready ({found.state})",
    },
    ...nodeNetworkCauses(""),
  ],
};
