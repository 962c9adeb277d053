import type { Cause, Check, Step } from "../../checks/language/check";
import type { NoReach } from "../../checks/language/reach";
import type { Role } from "../../components/networks/names";
import { nodeNetwork, nodeNetworkCauses } from "./evidence";
import { nobodyThere } from "./ping-across-nodes";
import { sandboxCauses, sandboxEvents, withNetwork } from "./second-network";

const received = { pattern: /(\d+) received/ };

/** How one looks at the second interface of a pod. */
const interfaces: Step = { id: "interfaces", at: "static", run: ["ip", "-details", "address", "show"] };

/** Every pod with a static address has it, and no other has the same. */
export const staticNet1: Check = {
  id: "static-net1",
  title: "Every pod with a static address on net1 has it, as its annotation says, and for itself",
  subjects: "node",
  when: withNetwork("static"),
  steps: [{ id: "address", at: "static", run: ["ip", "-4", "-o", "address", "show", "dev", "net1"] }],
  read: { address: { pattern: /inet ([\d.]+)/ }, prefix: { pattern: /inet [\d.]+\/(\d+)/ } },
  expect: [
    { value: "address", matches: /^10\.10\.20\./ },
    { value: "prefix", equals: "24" },
    { value: "address", equals: "{staticNet1}" },
    { value: "address", distinct: true },
  ],
  timing: { bySeconds: 30, everySeconds: 2 },
  says: {
    holds: "{staticPod} has {value.address} on net1",
    fails:
      "the pod with a static address on {node} has {value.address} on net1, and no address of its own in 10.10.20.0/24",
  },
  evidence: [
    sandboxEvents("staticPod"),
    interfaces,
    {
      id: "networks",
      at: "kubectl",
      run: ["-n", "{namespace}", "get", "network-attachment-definitions", "-o", "yaml"],
    },
    {
      id: "reserved",
      at: "node",
      run: ["sh", "-c", "cd /var/lib/cni/networks && grep -r . . | head -n 100"],
    },
    ...nodeNetwork(""),
  ],
  causes: [...sandboxCauses, ...nodeNetworkCauses("")],
};

/** Who has an address: it answers, or is heard as it asks for another one, which arping takes for an answer as well. */
const answeredBy = {
  pattern: /(?:reply|request) from \S+ \[([0-9A-Fa-f:]+)\]/,
  as: (mac: string) => mac.toLowerCase(),
};

/** Asks who has an address, as a machine does that wants to take it (RFC 5227): the kernel answers even to its namesake. */
function whoHas(id: string, address: string): Step {
  return { id, at: "from.static", run: ["arping", "-D", "-c", "2", "-w", "2", "-I", "net1", address], exits: [0, 1] };
}

const whoAnswers: NoReach = { none: "ARP asks who has an address, and whoever has it answers" };

/** On the wire: everybody's address is answered for by its pod, and by no other. */
export const arpNet1: Check = {
  id: "arp-net1",
  title: "On net1 only its pod answers for an address",
  topic: "who answers for an address on net1",
  subjects: "node-pair",
  reach: whoAnswers,
  when: withNetwork("static"),
  steps: [whoHas("other", "{to.staticNet1}"), whoHas("own", "{from.staticNet1}")],
  read: { other: answeredBy, own: { ...answeredBy, from: "own" } },
  expect: [
    // That others can be heard at all is what makes silence about one's own address mean something.
    { value: "other", equals: "{to.staticMac}" },
    { value: "own", absent: true },
  ],
  timing: { bySeconds: 20, everySeconds: 2 },
  says: {
    holds: "{to.staticNet1} is {to.staticMac}, and nobody but {from.staticPod} is {from.staticNet1}",
    fails:
      "for {to.staticNet1} {value.other} answers (its pod is {to.staticMac}); for {from.staticNet1} of {from.staticPod} another answers: {value.own}",
  },
  evidence: [
    { id: "neighbours", at: "from.static", run: ["ip", "neigh", "show", "dev", "net1"] },
    { id: "from-interfaces", at: "from.static", run: ["ip", "-details", "address", "show"] },
    { id: "to-interfaces", at: "to.static", run: ["ip", "-details", "address", "show"] },
    ...nodeNetwork("from."),
    ...nodeNetwork("to."),
  ],
  causes: [...nodeNetworkCauses("from."), ...nodeNetworkCauses("to.")],
};

/** The article's bug: host-local counts on each node for itself, so both nodes' first pods have one address. */
export const sharedNet1: Check = {
  id: "shared-net1",
  title: "Pods of two nodes have the same address on net1, and both answer for it",
  topic: "who answers for an address on net1",
  subjects: "node-pair",
  reach: whoAnswers,
  when: withNetwork("static"),
  steps: [
    { id: "address", at: "from.static", run: ["ip", "-4", "-o", "address", "show", "dev", "net1"] },
    whoHas("own", "{from.staticNet1}"),
    { id: "reserved", at: "from.node", run: ["sh", "-c", "cd /var/lib/cni/networks && ls -d */10.10.20.*"] },
  ],
  read: {
    address: { pattern: /inet ([\d.]+)/ },
    other: { ...answeredBy, from: "own" },
    reserved: { from: "reserved", pattern: /\/(10\.10\.20\.\d+)/ },
  },
  expect: [
    { value: "address", equals: "{to.staticNet1}" },
    { value: "other", equals: "{to.staticMac}" },
    // Each node's own book says that the address is free for its pod.
    { value: "reserved", equals: "{from.staticNet1}" },
  ],
  timing: { bySeconds: 30, everySeconds: 2 },
  says: {
    holds:
      "{value.address} is {from.staticPod} ({from.staticMac}), and {to.staticPod} ({value.other}) answers for it too: each node gives out its first address",
    fails:
      "{from.staticPod} has {value.address}, {to.staticPod} has {to.staticNet1}; for the first another answers: {value.other}",
  },
  evidence: arpNet1.evidence,
  causes: arpNet1.causes,
};

/** Unicast over net1 between the pods of a role on any two nodes, in both directions. */
export function pingNet1(role: Role): Check {
  const [pod, address] = [`${role}Pod`, `${role}Net1`];
  return {
    id: `ping-net1-${role}`,
    title: `Pods of different nodes reach each other on net1 (${role} addresses)`,
    subjects: "node-pair",
    reach: { between: `net1-${role}`, by: "ping", sent: 3, arrived: "received" },
    when: withNetwork(role),
    steps: [
      {
        id: "ping",
        at: `from.${role}`,
        run: [
          ...["sh", "-c"],
          // A pod answers itself: one that has the other's address reaches nobody by it.
          '[ "$1" != "$2" ] || { echo "0 received, as the address is its own"; exit 1; }; ping -n -c 3 -i 0.2 -W 1 -I net1 "$2"',
          ...["sh", `{from.${address}}`, `{to.${address}}`],
        ],
        exits: [0, 1],
      },
    ],
    read: { received, milliseconds: { pattern: /= [\d.]+\/([\d.]+)\// } },
    expect: [{ value: "received", equals: "3" }],
    timing: { bySeconds: 20, everySeconds: 1 },
    controls: { negative: [`nobody-net1-${role}`], ...(role === "leased" ? { positive: ["leased-pods"] } : {}) },
    says: {
      holds: `{from.${address}} reaches {to.${address}} in {value.milliseconds} ms`,
      fails: `{from.${pod}} ({from.${address}}) on {from.node} does not reach {to.${pod}} ({to.${address}}) on {to.node} over net1`,
    },
    evidence: [
      { id: "neighbours", at: `from.${role}`, run: ["ip", "neigh", "show"] },
      { id: "from-interfaces", at: `from.${role}`, run: ["ip", "-details", "-statistics", "address", "show"] },
      { id: "to-interfaces", at: `to.${role}`, run: ["ip", "-details", "-statistics", "address", "show"] },
      ...nodeNetwork("from."),
      ...nodeNetwork("to."),
    ],
    causes: [masterDown("from."), masterDown("to."), ...nodeNetworkCauses("from."), ...nodeNetworkCauses("to.")],
  };
}

/** An address of the network that no pod has. */
export function nobodyNet1(role: Role): Check {
  return {
    id: `nobody-net1-${role}`,
    title: `An address of net1 that no pod has does not answer (${role} addresses; control: a ping can fail)`,
    subjects: "node",
    reach: nobodyThere,
    when: withNetwork(role),
    steps: [
      {
        id: "ping",
        at: role,
        // Addresses are named, or given out, from below.
        run: ["sh", "-c", `ping -n -c 1 -W 1 -I net1 $(echo {${role}Net1} | sed 's/[0-9]*$/254/')`],
        exits: [0, 1],
      },
    ],
    read: { received },
    expect: [{ value: "received", equals: "0" }],
    timing: { throughoutSeconds: 1, everySeconds: 1 },
    controls: { positive: [`ping-net1-${role}`] },
    says: {
      holds: "nobody answers the pod on {node} at an unused address of net1",
      fails: "an address of net1 that no pod has answers the pod on {node}",
    },
    evidence: nodeNetwork(""),
  };
}

/** macvlan rides on a link of the node: down there, down here. */
function masterDown(end: "from." | "to."): Cause {
  return {
    evidence: `${end.slice(0, -1)}-links`,
    pattern: /^\d+: (?<link>eth[12])(?:@\S+)?: <(?![^>]*\bUP\b)/m,
    says: `{found.link} is down on {${end}node}, and net1 rides on it`,
  };
}
