import type { Cause, Check, Step } from "../../checks/language/check";
import { ofDaemonSet, podName, podReady } from "../../checks/readers/read";
import { conflistFolder } from "../../components/cluster/conflist-folder";
import { podLogs } from "../../components/cluster/pod-logs";
import { chosenConflist } from "../../components/cni/swap/names";
import { multusConf, networkDaemons, networkNames, type Role } from "../../components/networks/names";
import { nodeNetwork, nodeNetworkCauses } from "./evidence";
import { withCni } from "./with-cni";

/** With any secondary network. */
export const withNetworks = { ...withCni, networks: /./ };

/** With the network whose pods have this role. */
export function withNetwork(role: Role) {
  return { ...withCni, networks: new RegExp(`(^|,)\\s*${networkNames[role]}\\s*(,|$)`) };
}

/** Why a pod has no sandbox, as the kubelet says it; the last message last. */
export function sandboxEvents(pod: string): Step {
  const which = `involvedObject.name={${pod}},reason=FailedCreatePodSandBox`;
  return {
    id: "events",
    at: "kubectl",
    run: [
      ...["-n", "{namespace}", "get", "events", "--field-selector", which, "--sort-by", ".lastTimestamp"],
      ...["-o", "jsonpath={.items[*].message}"],
    ],
  };
}

/** What those messages say by themselves, whichever network is meant. */
export const sandboxCauses: readonly Cause[] = [
  {
    evidence: "events",
    pattern: /cannot find a network-attachment-definition \((?<network>[^)]+)\) in namespace \((?<namespace>[^)]+)\)/,
    says: "the network {found.network} that the pod asks for is not in the namespace {found.namespace}",
  },
  {
    evidence: "events",
    pattern: /failed to find plugin \\*"(?<plugin>[^"\\]+)\\*" in path \[(?<folder>[^\]\s]+)/,
    says: "{node} has no program {found.plugin} in {found.folder}: the network names it, and the CNI plugins must be put there again",
  },
  {
    evidence: "events",
    // The message of the plugin is quoted in the one of Multus.
    pattern: /failed to lookup master \\*"(?<link>[^"\\]+)/,
    says: "{node} has no interface {found.link}, which the network has as its master",
  },
  {
    evidence: "events",
    pattern: /could not add VRF (?<vrf>[^:\s]+): operation not supported/,
    says: "the kernel of {node} makes no VRF (CONFIG_NET_VRF), and the network's plugin vrf asks for one, {found.vrf}",
  },
];

const multusLog = {
  id: "multus-log",
  at: "node",
  run: ["sh", "-c", `tail -n 60 ${podLogs(networkDaemons.namespace, networkDaemons.multus)}`],
} as const;

/** Multus runs on every node, and the runtime calls it. */
export const multusReady: Check = {
  id: "multus-ready",
  title: "Multus is ready on every node, and the container runtime calls it",
  subjects: "node",
  when: withNetworks,
  steps: [
    {
      id: "pods",
      at: "kubectl",
      run: ["-n", networkDaemons.namespace, "get", "pods", "--field-selector", "spec.nodeName={node}", "-o", "json"],
    },
    { id: "used", at: "node", run: ["sh", "-c", `cd ${conflistFolder} && ls *.conf* | LC_ALL=C sort`] },
  ],
  read: {
    pod: { pattern: /^[\s\S]*$/, as: podName(ofDaemonSet(networkDaemons.multus)) },
    ready: { pattern: /^[\s\S]*$/, as: podReady(ofDaemonSet(networkDaemons.multus)) },
    first: { from: "used", pattern: /^\S+/ },
  },
  expect: [
    { value: "ready", equals: "True" },
    { value: "first", matches: new RegExp(`^${multusConf.replace(".", "\\.")}(list)?$`) },
  ],
  timing: { bySeconds: 30, everySeconds: 2 },
  says: {
    holds: "{value.pod} is ready, and the runtime of {node} uses {value.first}",
    fails:
      "Multus is not in force on {node}: its pod is {value.pod}, ready is {value.ready}, the runtime uses {value.first}",
  },
  evidence: [multusLog, ...nodeNetwork("")],
  causes: [...nodeNetworkCauses("")],
};

const confs = `${conflistFolder}/${multusConf}`;

/** What Multus calls for a pod's first interface must be what a swap moves: else new pods get the network of a CNI that is gone. */
export const multusDelegate: Check = {
  id: "multus-delegate",
  title: "Multus takes a pod's first interface from the conflist that the lab holds in force",
  subjects: "node",
  when: { ...withNetworks, multus: ["thick"] },
  steps: [
    { id: "multus", at: "node", run: ["jq", "-r", ".clusterNetwork", confs] },
    { id: "conflist", at: "node", run: ["jq", "-r", ".name", `${conflistFolder}/${chosenConflist}`] },
  ],
  read: {
    file: { pattern: /[^/\s]+$/m },
    network: { from: "conflist", pattern: /^\S+/ },
  },
  expect: [
    { value: "file", equals: chosenConflist },
    { value: "network", matches: /./ },
  ],
  timing: { bySeconds: 20, everySeconds: 2 },
  says: {
    holds: "Multus on {node} calls {value.file}, which is {value.network}",
    fails: `Multus on {node} calls {value.file}, not ${chosenConflist}`,
  },
  evidence: [multusLog, ...nodeNetwork("")],
  causes: [...nodeNetworkCauses("")],
};

/** The thin form copies the conflist into its own file, and so names none. */
export const multusCopy: Check = {
  ...multusDelegate,
  when: { ...withNetworks, multus: ["thin"] },
  id: "multus-copy",
  title: "Multus takes a pod's first interface from a copy of the conflist that the lab holds in force",
  steps: [
    { id: "multus", at: "node", run: ["sh", "-c", `jq -r '(.plugins[0] // .).delegates[0].name' ${confs}*`] },
    { id: "conflist", at: "node", run: ["jq", "-r", ".name", `${conflistFolder}/${chosenConflist}`] },
  ],
  read: { copy: { pattern: /^\S+/ }, network: { from: "conflist", pattern: /^\S+/ } },
  expect: [{ value: "copy", equals: "{value.network}" }],
  says: {
    holds: "Multus on {node} calls {value.copy}",
    fails: "Multus on {node} calls {value.copy}, and the CNI in force is {value.network}",
  },
};
