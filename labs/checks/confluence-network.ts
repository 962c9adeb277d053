import type { Check, Step } from "../../checks/language/check";
import { insideNetwork, openPorts } from "../../checks/readers/read";
import type { CniDefinition } from "../../components/cni/definition";
import { cnis } from "../../components/cni/registry";
import { confluenceNames } from "../../components/confluence/names";
import { secondInterface } from "../../components/networks/names";
import {
  eachReplica,
  replicaCauses,
  replicaEvidence,
  wholeWorkload,
  withConfluence,
  workloadCauses,
  workloadEvidence,
} from "./confluence-evidence";
import { groups, joinedGroups, listensOn, tcpSockets } from "./confluence-sockets";
import { nodeNetwork, nodeNetworkCauses } from "./evidence";

const { namespace, name, hazelcastPort } = confluenceNames;
const all = /^[\s\S]*$/;

/** A container that is restarted again and again waits up to five minutes in between: that long nobody listens. */
export const onceItRuns = { bySeconds: 330, everySeconds: 2 };

/** It takes two to be one cluster, or two of them. */
export const enoughReplicas: Check = {
  ...wholeWorkload,
  id: "enough-replicas",
  title: "There are to be at least two replicas: of fewer, no verdict can be given",
  steps: [
    {
      id: "wanted",
      at: "kubectl",
      run: [
        ...["-n", namespace, "get", "statefulset", name, "--ignore-not-found", "-o"],
        "jsonpath=wanted={.spec.replicas}",
      ],
    },
  ],
  read: { wanted: { pattern: /wanted=(\d+)/ } },
  expect: [{ value: "wanted", matches: /^([2-9]|\d\d)/ }],
  timing: { bySeconds: 20, everySeconds: 2 },
  says: {
    holds: "{value.wanted} replicas are to be one cluster",
    fails:
      "no verdict can be given: {value.wanted} replicas are wanted, and only two or more can be one cluster or panic; set replicas to 2",
  },
};

const nodeOf = (id: string, pod: string): Step => ({
  id,
  at: "kubectl",
  run: ["-n", namespace, "get", "pod", pod, "-o", "jsonpath={.spec.nodeName}"],
});

/** On one node members find each other whichever the CNI: a bridge floods multicast. */
export const replicasApart: Check = {
  ...eachReplica,
  id: "replicas-apart",
  title: "Every replica is on a node of its own",
  when: { ...withConfluence, spread: ["node"] },
  steps: [nodeOf("where", "{replicaPod}")],
  read: { where: { pattern: /\S+/ } },
  expect: [{ value: "where", distinct: true }],
  timing: { bySeconds: 90, everySeconds: 2 },
  says: {
    holds: "{replicaPod} is on {value.where}",
    fails: "{replicaPod} is on {value.where}, and not alone there",
  },
};

/** The same bug hides where all replicas share a node. */
export const replicasTogether: Check = {
  id: "replicas-together",
  title: "All replicas are on one node",
  subjects: "replica-pair",
  when: { ...withConfluence, spread: ["together"] },
  steps: [nodeOf("where", "{from.replicaPod}"), nodeOf("there", "{to.replicaPod}")],
  read: { where: { pattern: /\S+/ }, there: { from: "there", pattern: /\S+/ } },
  expect: [{ value: "where", equals: "{value.there}" }],
  timing: { bySeconds: 90, everySeconds: 2 },
  controls: { positive: ["enough-replicas"] },
  says: {
    holds: "{from.replicaPod} and {to.replicaPod} are on {value.where}",
    fails: "{from.replicaPod} is on {value.where}, and {to.replicaPod} on {value.there}",
  },
  evidence: workloadEvidence,
  causes: workloadCauses,
};

/** What members need once they know each other is there: it's the finding that fails. */
export const tcpBetweenReplicas: Check = {
  id: "tcp-5801",
  title: `TCP port ${hazelcastPort} of every replica is reached from the node of the other (control)`,
  subjects: "replica-pair",
  reach: { between: "pod-and-replica", by: "tcp", to: `${hazelcastPort}`, sent: 1, arrived: "connected" },
  when: { ...withConfluence, interface: ["eth0"] },
  steps: [
    {
      id: "connect",
      at: "from.pod",
      run: ["sh", "-c", `nc -z -w 2 {to.replicaIp} ${hazelcastPort} && echo open || echo closed`],
    },
  ],
  read: { port: { pattern: /open|closed/ }, connected: { pattern: /open|closed/, as: openPorts } },
  expect: [{ value: "port", equals: "open" }],
  timing: onceItRuns,
  controls: { positive: ["enough-replicas"] },
  says: {
    holds: `a pod on {from.node} reaches {to.replicaPod} at {to.replicaIp}, TCP port ${hazelcastPort}`,
    fails: `a pod on {from.node} does not reach {to.replicaPod} at {to.replicaIp}, TCP port ${hazelcastPort}: it is {value.port}`,
  },
  evidence: [...replicaEvidence("to."), ...nodeNetwork("from."), ...nodeNetwork("to.")],
  causes: [...replicaCauses("to."), ...nodeNetworkCauses("from."), ...nodeNetworkCauses("to.")],
};

/** A member listens to the group: whether anything arrives there is the network's matter. */
export const groupJoined: Check = {
  ...eachReplica,
  id: "group-joined",
  title: "Every member has joined the multicast group, on the interface that it is to use",
  when: { ...withConfluence, join: ["multicast"] },
  steps: [groups],
  read: { groups: { pattern: all, as: joinedGroups } },
  expect: [{ value: "groups", equals: "{config.multicastAddress} on {config.interface}" }],
  timing: onceItRuns,
  says: {
    holds: "{replicaPod} has joined {value.groups}",
    fails: "{replicaPod} has joined [{value.groups}], and not {config.multicastAddress} on {config.interface} alone",
  },
};

/** On a secondary network, and on that alone: else others would be told of an address that they can't reach. */
export const listensOnNet1: Check = {
  ...eachReplica,
  id: "listens-on-net1",
  title: `Every member listens on the address of its ${secondInterface}, and on no other`,
  when: { ...withConfluence, interface: [secondInterface] },
  steps: [
    tcpSockets("tcp", "replica"),
    {
      id: "address",
      at: "kubectl",
      run: [
        ...["-n", namespace, "get", "pod", "{replicaPod}", "-o"],
        "jsonpath={.metadata.annotations.k8s\\.v1\\.cni\\.cncf\\.io/network-status}",
      ],
    },
  ],
  read: {
    listens: { pattern: all, as: listensOn },
    address: { from: "address", pattern: new RegExp(`"interface": "${secondInterface}",\\s*"ips": \\[\\s*"([\\d.]+)`) },
  },
  expect: [
    { value: "address", matches: /^\d/ },
    { value: "listens", equals: "{value.address}" },
  ],
  timing: { bySeconds: 90, everySeconds: 2 },
  says: {
    holds: `{replicaPod} has {value.address} on ${secondInterface} and listens there`,
    fails: `{replicaPod} has {value.address} on ${secondInterface} and listens on [{value.listens}]`,
  },
};

/** The address of a replica's eth0 is one of the CNI's: after a swap, of the new one's. */
function replicaAddress({ id: cni, podNetwork }: CniDefinition): Check {
  const network = `{config.${podNetwork.key}}`;
  return {
    ...eachReplica,
    id: `replica-addresses-${cni}`,
    title: `Every replica has an address of ${cni}'s network`,
    when: { ...withConfluence, cni: [cni] },
    steps: [
      {
        id: "address",
        at: "kubectl",
        run: ["-n", namespace, "get", "pod", "{replicaPod}", "-o", `jsonpath={.status.podIP} ${network}`],
      },
    ],
    read: { address: { pattern: /^\S+/ }, place: { pattern: all, as: insideNetwork } },
    expect: [{ value: "place", equals: "inside" }],
    timing: { bySeconds: 90, everySeconds: 2 },
    says: {
      holds: `{replicaPod} has {value.address} of ${network}`,
      fails: `{replicaPod} on {node} has {value.address}, {value.place} of ${network}`,
    },
  };
}

/** For each CNI, as its network is. */
export const replicaAddresses: readonly Check[] = cnis.map(replicaAddress);
