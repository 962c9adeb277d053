import type { Check } from "../../checks/language/check";
import { networkOf, ofDaemonSetRunning, podName, podReady } from "../../checks/readers/read";
import { flannel } from "../../components/cni/flannel/definition";
import { flannelLinks, flannelLogs, subnetFile } from "../../components/cni/flannel/names";
import { flannelResidue } from "../../components/cni/flannel/residue";
import { nodeNetwork, nodeNetworkCauses } from "./evidence";

const podsOfNode = ["get", "pods", "--all-namespaces", "--field-selector", "spec.nodeName={node}"];
/** Whoever has installed it: with other labels, or in another namespace. */
const isFlannel = ofDaemonSetRunning(flannelResidue(flannel.podNetwork.default).living.images);
const log = { id: "log", at: "node", run: ["sh", "-c", `tail -n 60 ${flannelLogs}`] } as const;

/** flanneld runs and is ready on every node. */
export const flannelReady: Check = {
  id: "flannel-ready",
  title: "Flannel is ready on every node",
  topic: "the CNI on each node",
  subjects: "node",
  when: { cni: ["flannel"] },
  steps: [
    {
      id: "pod",
      at: "kubectl",
      run: [...podsOfNode, "-o", "json"],
    },
  ],
  read: {
    pod: { pattern: /^[\s\S]*$/, as: podName(isFlannel) },
    ready: { pattern: /^[\s\S]*$/, as: podReady(isFlannel) },
  },
  expect: [{ value: "ready", equals: "True" }],
  timing: { bySeconds: 60, everySeconds: 2 },
  says: { holds: "{value.pod} is ready", fails: "flannel is not ready on {node}; its pod is: {value.pod}" },
  evidence: [{ id: "pods", at: "kubectl", run: [...podsOfNode, "-o", "wide"] }, log, ...nodeNetwork("")],
  causes: [
    {
      evidence: "log",
      pattern: /pod cidr not assigned/i,
      says: "{node} has no podCIDR, so flannel has no subnet to use: give kubeadm a podSubnet",
    },
    {
      evidence: "log",
      pattern: /(?<reason>Failed to find any valid interface[^\n]*|failed to get default interface[^\n]*)/i,
      says: "flannel found no interface to use on {node}: {found.reason}",
    },
    ...nodeNetworkCauses(""),
  ],
};

/** The quick test of any overlay: each node has a subnet of its own, and its pods have addresses in it. */
export const podSubnets: Check = {
  id: "pod-subnets",
  title: "Every node has a pod subnet of its own; Kubernetes, flannel, its bridge and the pods agree on it",
  topic: "addresses of pods",
  subjects: "node",
  when: { cni: ["flannel"] },
  steps: [
    { id: "kubernetes", at: "kubectl", run: ["get", "node", "{node}", "-o", "jsonpath={.spec.podCIDR}"] },
    { id: "flannel", at: "node", run: ["cat", subnetFile] },
    // 1: there is no bridge.
    { id: "bridge", at: "node", run: ["ip", "-4", "-o", "address", "show", "dev", flannelLinks.bridge], exits: [0, 1] },
    { id: "pod", at: "pod", run: ["ip", "-4", "-o", "address", "show", "dev", "eth0"] },
  ],
  read: {
    podCIDR: { pattern: /^[\d.]+\/\d+$/ },
    flannelSubnet: { from: "flannel", pattern: /^FLANNEL_SUBNET=(\S+)$/m, as: networkOf },
    bridgeSubnet: {
      from: "bridge",
      pattern: /^[\s\S]*$/,
      as: (text) => networkOf(/inet (\S+)/.exec(text)?.[1] ?? "none"),
    },
    podSubnet: { from: "pod", pattern: /inet (\S+)/, as: networkOf },
  },
  expect: [
    { value: "podCIDR", distinct: true },
    { value: "flannelSubnet", distinct: true },
    { value: "flannelSubnet", equals: "{value.podCIDR}" },
    { value: "bridgeSubnet", equals: "{value.podCIDR}" },
    { value: "podSubnet", equals: "{value.podCIDR}" },
  ],
  timing: { bySeconds: 30, everySeconds: 2 },
  says: {
    holds: "the pods of {node} are in {value.podCIDR}",
    fails:
      "{node} has no pod subnet of its own that all agree on: podCIDR {value.podCIDR}, flannel {value.flannelSubnet}, cni0 {value.bridgeSubnet}, pod {value.podSubnet}",
  },
  evidence: [
    { id: "nodes", at: "kubectl", run: ["get", "nodes", "-o", "yaml"] },
    { id: "interfaces", at: "pod", run: ["ip", "address", "show"] },
    {
      id: "events",
      at: "kubectl",
      run: [
        ...["get", "events", "--all-namespaces", "--field-selector", "reason=FailedCreatePodSandBox"],
        ...["-o", 'jsonpath={.items[?(@.source.host=="{node}")].message}'],
      ],
    },
    log,
    ...nodeNetwork(""),
  ],
  causes: [
    {
      evidence: "events",
      // The message of the plugin is quoted in the one of the runtime.
      pattern: /\\*"cni0\\*" already has an IP address different from (?<wants>[\d.]+\/\d+)/,
      says: "a new pod on {node} was refused: it was to get an address behind {found.wants}, which /run/flannel/subnet.env said, and the bridge cni0 keeps the address of another subnet; where the file is wrong, a restart of the node's Flannel pod rewrites it",
    },
    ...nodeNetworkCauses(""),
  ],
};
