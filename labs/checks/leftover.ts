import type { Check } from "../../checks/language/check";
import { networkOf } from "../../checks/readers/read";
import { conflistFolder } from "../../components/cluster/conflist-folder";
import { flannelConflist, flannelDaemonSet, subnetFile } from "../../components/cni/flannel/names";
import { weaveConflist, weaveNet } from "../../components/cni/weave/names";
import { multicastStaysOnNode } from "./datagrams";
import { nodeNetwork, nodeServices } from "./evidence";

const onWeave = { cni: ["weave"] } as const;

/** The runtime takes the first conflist by name, and nobody has taken away that of the CNI that is gone. */
export const leftConflist: Check = {
  id: "left-conflist",
  title: "The container runtime uses the conflist of Flannel, which is gone, and Weave's lies behind it",
  subjects: "node",
  when: onWeave,
  steps: [
    {
      id: "first",
      at: "node",
      run: ["sh", "-c", `cd ${conflistFolder} && set -- *.conf* && readlink -f "$1" && jq -r .name "$1"`],
    },
    { id: "weave", at: "node", run: ["jq", "-r", ".name", `${conflistFolder}/${weaveConflist}`] },
    {
      id: "daemon",
      at: "kubectl",
      run: [
        "-n",
        flannelDaemonSet.namespace,
        "get",
        "daemonset",
        flannelDaemonSet.name,
        "--ignore-not-found",
        "-o",
        "name",
      ],
    },
  ],
  read: {
    file: { pattern: /^.*\/([^/\s]+)$/m },
    network: { pattern: /^[^/\s]+$/m },
    other: { from: "weave", pattern: /^\S+/ },
    daemon: { from: "daemon", pattern: /\S+/ },
  },
  expect: [
    { value: "file", equals: flannelConflist },
    { value: "other", equals: "weave" },
    { value: "daemon", absent: true },
  ],
  timing: { bySeconds: 30, everySeconds: 2 },
  says: {
    holds: `the runtime of {node} uses {value.file} (network {value.network}), and Flannel's DaemonSet is gone`,
    fails: `the runtime of {node} uses {value.file} (network {value.network}); Flannel's DaemonSet: {value.daemon}`,
  },
  evidence: nodeNetwork(""),
};

/** How the first of two times, one behind the other, stands to the second. */
function compareTimes(text: string): string {
  const [first, second] = [...text.matchAll(/\d{4}-[\d-]+T[\d:]+Z/g)].map(([time]) => Date.parse(time));
  if (first === undefined || second === undefined) return "unknown";
  return first > second ? "younger" : "older";
}

/** A pod that was made when Weave was there already, with an address that Weave knows nothing of. */
export const newPodOldNetwork: Check = {
  id: "new-pod-old-network",
  title: "Pods that are younger than Weave have addresses of the node's old Flannel subnet",
  topic: "addresses of pods",
  subjects: "node",
  when: onWeave,
  steps: [
    {
      id: "pod",
      at: "kubectl",
      run: ["-n", "{namespace}", "get", "pod", "{pod}", "-o", "jsonpath={.metadata.creationTimestamp}"],
    },
    {
      id: "weave",
      at: "kubectl",
      run: [
        ...["-n", weaveNet.namespace, "get", "daemonset", weaveNet.name],
        ...["-o", "jsonpath={.metadata.creationTimestamp}"],
      ],
    },
    { id: "address", at: "pod", run: ["ip", "-4", "-o", "address", "show", "dev", "eth0"] },
    { id: "subnet", at: "node", run: ["cat", subnetFile] },
  ],
  read: {
    age: { from: ["pod", "weave"], pattern: /^[\s\S]*$/, as: compareTimes },
    address: { from: "address", pattern: /inet ([\d.]+)/ },
    network: { from: "address", pattern: /inet (\S+)/, as: networkOf },
    subnet: { from: "subnet", pattern: /^FLANNEL_SUBNET=(\S+)$/m, as: networkOf },
  },
  expect: [
    { value: "age", equals: "younger" },
    { value: "network", equals: "{value.subnet}" },
  ],
  timing: { bySeconds: 45, everySeconds: 2 },
  controls: { positive: ["weave-ready"] },
  says: {
    holds: "{pod} is younger than Weave and has {value.address} of {value.subnet}, which Flannel once gave to {node}",
    fails:
      "{pod} is {value.age} than Weave and has {value.address} of {value.network}; Flannel's subnet of {node} was {value.subnet}",
  },
  evidence: [
    { id: "describe", at: "kubectl", run: ["-n", "{namespace}", "describe", "pod", "{pod}"] },
    ...nodeServices(""),
    ...nodeNetwork(""),
  ],
};

/** What the swap was for, and what it has not brought. */
export const multicastStillLost: Check = {
  ...multicastStaysOnNode,
  id: "multicast-still-lost",
  title: "Multicast does not leave a node, although Weave, which carries it, is there",
  when: onWeave,
};
