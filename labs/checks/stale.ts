import type { Check, Step } from "../../checks/language/check";
import { statusPages } from "../../components/cni/weave/names";
import { contains, parseCidr } from "../../lib/cidr";
import { nodeNetwork, nodeServices } from "./evidence";

const onWeave = { cni: ["weave"] } as const;
const all = /^[\s\S]*$/;

const weavePage: Step = { id: "weave", at: "node", run: ["curl", "-sS", "-m", "3", statusPages] };

/** Whether the address of a text (`address 10.32.0.7`) lies in its network (`Range: 10.32.0.0/12`). */
function insideNetwork(text: string): string {
  const [, address] = /^address ([\d.]+)$/m.exec(text) ?? [];
  const network = parseCidr(/Range: (\S+)/.exec(text)?.[1] ?? "");
  if (address === undefined || network === undefined) return "unknown";
  return contains(network, address) ? "inside" : "outside";
}

/** A pod that nobody has recreated: Kubernetes goes on telling an address, and the interface is gone. */
export const podWithoutNetwork: Check = {
  id: "pod-without-network",
  title: "Pods that were not recreated have an address of the CNI that is gone, and no interface",
  topic: "addresses of pods",
  subjects: "node",
  when: onWeave,
  steps: [
    { id: "interfaces", at: "pod", run: ["ip", "-o", "link", "show"] },
    { id: "address", at: "node", run: ["echo", "address {ip}"] },
    weavePage,
    {
      id: "ready",
      at: "kubectl",
      run: [
        ...["-n", "{namespace}", "get", "pod", "{pod}"],
        ...["-o", 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'],
      ],
    },
  ],
  read: {
    links: { pattern: all, as: (text) => [...text.matchAll(/^\d+: ([^:@]+)/gm)].map(([, link]) => link).join(",") },
    where: { from: ["address", "weave"], pattern: all, as: insideNetwork },
    range: { from: "weave", pattern: /Range: (\S+)/ },
    ready: { from: "ready", pattern: /\w+/ },
  },
  expect: [
    { value: "links", equals: "lo" },
    { value: "where", equals: "outside" },
    { value: "ready", equals: "False" },
  ],
  timing: { bySeconds: 45, everySeconds: 2 },
  controls: { positive: ["weave-ready"], negative: ["new-pod-works"] },
  says: {
    holds: "{pod} is said to have {ip}, which is not in {value.range}; its interfaces are: {value.links}",
    fails: "{pod} has {ip}, {value.where} of {value.range}; its interfaces are: {value.links}; Ready is {value.ready}",
  },
  evidence: [
    { id: "pods", at: "kubectl", run: ["get", "pods", "--all-namespaces", "-o", "wide"] },
    ...nodeServices(""),
    ...nodeNetwork(""),
  ],
};

/** A pod that is Ready and does not end: its name and its address. */
const living = /^(\S+) +([\d.]+) +True +<none>$/m;

/** A new pod beside it, on the same node. It takes the place of the second probe pod, whatever that was. */
export const newPodWorks: Check = {
  id: "new-pod-works",
  title: "A pod that is made now has an address of Weave's and is Ready (control)",
  subjects: "same-node-pair",
  when: onWeave,
  change: [{ id: "delete", at: "kubectl", run: ["-n", "{namespace}", "delete", "pod", "{to.pod}", "--wait=false"] }],
  steps: [
    {
      id: "pods",
      at: "kubectl",
      run: [
        ...["-n", "{namespace}", "get", "pods", "-l", "app.kubernetes.io/name=probe"],
        ...["--field-selector", "spec.nodeName={to.node}", "--no-headers", "-o"],
        'custom-columns=A:.metadata.name,B:.status.podIP,C:.status.conditions[?(@.type=="Ready")].status,D:.metadata.deletionTimestamp',
      ],
    },
    { ...weavePage, at: "to.node" },
  ],
  read: {
    pod: { pattern: living },
    address: { pattern: /^\S+ +([\d.]+) +True +<none>$/m },
    where: {
      from: ["pods", "weave"],
      pattern: all,
      as: (text) => insideNetwork(text.replace(living, "address $2")),
    },
  },
  expect: [{ value: "where", equals: "inside" }],
  timing: { bySeconds: 60, everySeconds: 1 },
  says: {
    holds: "{value.pod} on {to.node} is new: it has {value.address} and is Ready",
    fails: "no new pod on {to.node} is Ready with an address of Weave's: {value.pod} has {value.address}",
  },
  evidence: [{ id: "describe", at: "kubectl", run: ["-n", "{namespace}", "describe", "pods"] }, ...nodeNetwork("to.")],
};

/** What a user sees first. */
export const pingBetweenStale: Check = {
  id: "ping-between-stale",
  title: "Pods that were not recreated reach nobody",
  topic: "unicast between nodes",
  subjects: "node-pair",
  reach: { between: "pods", by: "ping", sent: 2, arrived: "received" },
  when: onWeave,
  steps: [
    {
      id: "ping",
      at: "from.pod",
      run: ["sh", "-c", "ping -n -c 2 -i 0.2 -W 1 {to.ip} 2>&1 || [ $? -le 2 ]"],
    },
    {
      id: "self",
      at: "from.pod",
      run: ["ping", "-n", "-c", "1", "-W", "1", "127.0.0.1"],
    },
  ],
  read: {
    answer: { pattern: /Network is unreachable|\d+ received/ },
    // Without a route none leaves.
    received: { pattern: /Network is unreachable|\d+ received/, as: (text) => String(Number.parseInt(text, 10) || 0) },
    self: { from: "self", pattern: /(\d+) received/ },
  },
  expect: [
    { value: "answer", matches: /^(Network is unreachable|0 received)$/ },
    // The tool works where there is an interface.
    { value: "self", equals: "1" },
  ],
  timing: { bySeconds: 30, everySeconds: 1 },
  controls: { positive: ["weave-ready"] },
  says: {
    holds: "ping from {from.pod} to {to.ip}: {value.answer}",
    fails: "ping from {from.pod} to {to.ip}: {value.answer}",
  },
  evidence: [
    { id: "pod-routes", at: "from.pod", run: ["ip", "route", "show"] },
    ...nodeNetwork("from."),
    ...nodeNetwork("to."),
  ],
};
