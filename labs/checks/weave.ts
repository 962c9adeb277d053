import type { Check } from "../../checks/language/check";
import { connectedNodes, networkOf } from "../../checks/readers/read";
import { statusPages, weaveLogs, weaveNet } from "../../components/cni/weave/names";
import { nodeNetwork, nodeNetworkCauses } from "./evidence";

const log = {
  id: "log",
  at: "node",
  run: ["sh", "-c", `tail -n 80 ${weaveLogs}`],
} as const;

/**
 * The connections of a router but those that it still tries to nodes that the cluster does not have any more; `$1` are
 * the addresses of those that it has, with commas between.
 */
export const ownConnections = `
all=$(curl -sS -m 3 ${statusPages}/connections) || exit $?
printf '%s\\n' "$all" | awk -v nodes=",$1," '/ established /{ print; next } { split($2, at, ":") } index(nodes, "," at[1] ",")'`;

/** Weave's own view of itself, on every node. */
export const weaveReady: Check = {
  id: "weave-ready",
  title: "Weave is connected to all nodes and gives addresses out, on every node",
  topic: "the CNI on each node",
  subjects: "node",
  when: { cni: ["weave"] },
  steps: [
    { id: "status", at: "node", run: ["curl", "-sS", "-m", "3", statusPages], exits: [0, 7, 28] },
    { id: "peers", at: "node", run: ["curl", "-sS", "-m", "3", `${statusPages}/peers`], exits: [0, 7, 28] },
    { id: "connections", at: "node", run: ["sh", "-c", ownConnections, "sh", "{nodes.addresses}"], exits: [0, 7, 28] },
    { id: "owners", at: "node", run: ["curl", "-sS", "-m", "3", `${statusPages}/ipam`], exits: [0, 7, 28] },
  ],
  read: {
    addresses: { pattern: /Service: ipam\s+Status: (.+)/ },
    connected: { from: "peers", pattern: /^.*$/s, as: connectedNodes },
    waiting: { from: "connections", pattern: /^(?:->|<-) \S+ +(?!established)(?!.*ourself)\S+.*$/m },
    lost: { from: "owners", pattern: /\(([^)]*)\)[^\n]*unreachable/ },
    way: { from: "connections", pattern: /established +((?:encrypted +)?\w+)/, as: (text) => text.replace(/ +/, " ") },
  },
  expect: [
    { value: "addresses", equals: "ready" },
    { value: "connected", equals: "{nodes.names}" },
    { value: "waiting", absent: true },
    { value: "lost", absent: true },
  ],
  timing: { bySeconds: 60, everySeconds: 2 },
  says: {
    holds: "addresses are {value.addresses}; {value.connected} are connected, by {value.way}",
    fails: "Weave is not ready on {node}: addresses are {value.addresses}, connected are {value.connected}",
  },
  evidence: [
    {
      id: "pods",
      at: "kubectl",
      run: [...["-n", weaveNet.namespace, "get", "pods", "-o", "wide", "--field-selector", "spec.nodeName={node}"]],
    },
    { id: "ipam", at: "node", run: ["curl", "-sS", "-m", "3", `${statusPages}/ipam`] },
    { id: "seeds", at: "node", run: ["curl", "-sS", "-m", "3", `${statusPages}/connections`] },
    {
      id: "peer-list",
      at: "kubectl",
      run: ["-n", weaveNet.namespace, "get", "configmap", weaveNet.name, "-o", "yaml"],
    },
    log,
    ...nodeNetwork(""),
  ],
  causes: [
    ...["seeds", "log"].map((evidence) => ({
      evidence,
      pattern:
        /IP allocation was seeded by different peers \(received: \[(?<received>[^\]]*)\], ours: \[(?<ours>[^\]]*)\]\)/,
      says: "Weave gives addresses out twice: its range was first divided by [{found.ours}] as {node} has it, and by [{found.received}] as another node has it; on the node that came alone remove /var/lib/weave/weave-netdata.db, restart its Weave pod and recreate its pods",
    })),
    {
      evidence: "log",
      pattern: /overlaps with existing route (?<route>\S+)/,
      says: "a route of {node} lies inside Weave's range: {found.route}",
    },
    {
      evidence: "log",
      pattern: /(?<reason>creating dummy interface: [^\n]*)/,
      says: "the kernel of {node} has no dummy links, and this Weave wants one: {found.reason}",
    },
    {
      evidence: "ipam",
      pattern: /\((?<peer>[^)]*)\)[^\n]*unreachable/,
      says: "{node} does not reach {found.peer}, which owns addresses",
    },
    ...nodeNetworkCauses(""),
  ],
};

/** One flat network: every pod's address lies in Weave's range, and no other pod has it. */
export const weavePods: Check = {
  id: "weave-pods",
  title: "Pods have addresses of Weave's range, each its own",
  topic: "addresses of pods",
  subjects: "node",
  when: { cni: ["weave"] },
  steps: [
    { id: "status", at: "node", run: ["curl", "-sS", "-m", "3", statusPages] },
    { id: "pod", at: "pod", run: ["ip", "-4", "-o", "address", "show", "dev", "eth0"] },
  ],
  read: {
    range: { pattern: /Range: (\S+)/ },
    address: { from: "pod", pattern: /inet ([\d.]+)/ },
    network: { from: "pod", pattern: /inet (\S+)/, as: networkOf },
  },
  expect: [
    { value: "network", equals: "{value.range}" },
    { value: "address", distinct: true },
  ],
  timing: { bySeconds: 30, everySeconds: 2 },
  says: {
    holds: "{value.address} is in {value.range}",
    fails: "the pod on {node} has {value.address} of {value.network}; Weave's range is {value.range}",
  },
  evidence: [{ id: "interfaces", at: "pod", run: ["ip", "address", "show"] }, log, ...nodeNetwork("")],
  causes: [...nodeNetworkCauses("")],
};
