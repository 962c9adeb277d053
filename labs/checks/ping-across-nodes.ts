import type { Check } from "../../checks/language/check";
import type { NoReach } from "../../checks/language/reach";
import { flannelPrefix } from "../../components/cni/flannel/address";
import { probeNames } from "../../components/probe/probe-names";
import { nodeNetwork, nodeNetworkCauses } from "./evidence";

const all = /^[\s\S]*$/;
const received = { pattern: /(\d+) received/ };

/** Which pod answers by HTTP: `itself` is the one that is sought. Where nobody does, the pings stand for themselves. */
function whoAnswers(text: string): string {
  const [, sought] = /^sought (\S+)$/m.exec(text) ?? [];
  const [, pod = "nobody"] = /"pod":"([^"]+)"/.exec(text) ?? [];
  return pod === sought ? "itself" : pod;
}

/** How many pings have reached the pod that is sought: none where another has its address and answers. */
function reached(text: string): string {
  const [, count = "unknown"] = /(\d+) received/.exec(text) ?? [];
  return /^(itself|nobody)$/.test(whoAnswers(text)) ? count : "0";
}

/** Each node, and the address to which the others' tunnels of Flannel lead. */
const announcedByNode = `custom-columns=:.metadata.name,:.metadata.annotations.${flannelPrefix.replaceAll(".", "\\.")}public-ip`;

/** Unicast between pods of any two nodes, in both directions. */
export const pingAcrossNodes: Check = {
  id: "ping-across-nodes",
  title: "Pods of different nodes reach each other (unicast)",
  topic: "unicast between nodes",
  subjects: "node-pair",
  reach: { between: "pods", by: "ping", sent: 3, arrived: "reached" },
  steps: [
    {
      id: "ping",
      at: "from.pod",
      run: ["ping", "-n", "-c", "3", "-i", "0.2", "-W", "1", "{to.ip}"],
      // 1: no answer, which is a finding; kubectl exec's own failures print no count.
      exits: [0, 1],
    },
    {
      id: "who",
      at: "from.pod",
      run: [
        ...["sh", "-c"],
        `echo "sought {to.pod}"; curl -sS -m 2 http://{to.ip}:${probeNames.containerPort}/ 2>&1 || true`,
      ],
    },
  ],
  read: {
    received,
    milliseconds: { pattern: /= [\d.]+\/([\d.]+)\// },
    answeredBy: { from: "who", pattern: all, as: whoAnswers },
    reached: { from: ["ping", "who"], pattern: all, as: reached },
  },
  expect: [
    { value: "received", equals: "3" },
    { value: "answeredBy", matches: /^(itself|nobody)$/ },
  ],
  timing: { bySeconds: 30, everySeconds: 1 },
  controls: { negative: ["ping-nobody"] },
  says: {
    holds: "{from.ip} reaches {to.ip} in {value.milliseconds} ms",
    fails: "the pod {from.ip} on {from.node} does not reach the pod {to.ip} on {to.node}",
  },
  evidence: [
    { id: "own-node", at: "from.pod", run: ["ping", "-n", "-c", "1", "-W", "1", "{from.address}"] },
    { id: "pod-routes", at: "from.pod", run: ["ip", "route", "show"] },
    { id: "from-way", at: "from.node", run: ["ip", "route", "get", "{to.ip}"] },
    { id: "node-to-node", at: "from.node", run: ["ping", "-n", "-c", "1", "-W", "1", "{to.address}"] },
    { id: "to-way", at: "to.node", run: ["ip", "route", "get", "{from.ip}"] },
    { id: "announced", at: "kubectl", run: ["get", "nodes", "--no-headers", "-o", announcedByNode] },
    ...nodeNetwork("from."),
    ...nodeNetwork("to."),
  ],
  causes: [
    {
      evidence: "announced",
      pattern: /^(?<one>\S+) +(?<address>[\d.]+)$[\s\S]*?^(?<other>\S+) +\k<address>$/m,
      says: "{found.one} and {found.other} both announce {found.address} to Flannel's tunnels, the address of their interface with the default route: tell flanneld the one on their LAN, as by --iface",
    },
    ...nodeNetworkCauses("from."),
    ...nodeNetworkCauses("to."),
    {
      evidence: "own-node",
      pattern: /0 received/,
      says: "the pod does not even reach its own node {from.node}: the break is between the pod and the node",
    },
    {
      evidence: "node-to-node",
      pattern: /0 received/,
      says: "{from.node} does not reach {to.node} on the lab's LAN either",
    },
    {
      evidence: "from-way",
      // The nodes' default route ends at .254, an address that nobody has.
      pattern: /via (?<hop>[\d.]+\.254) dev (?<link>\S+)/,
      says: "{from.node} has no route to the pods of {to.node}: packets leave by the default route ({found.hop}, {found.link})",
    },
    {
      evidence: "to-way",
      pattern: /via (?<hop>[\d.]+\.254) dev (?<link>\S+)/,
      says: "{to.node} has no route back to the pods of {from.node}: answers leave by the default route ({found.hop}, {found.link})",
    },
  ],
};

/** Of a check that sends to an address which nobody has. */
export const nobodyThere: NoReach = { none: "nobody is there to be reached" };

/** An address of the other node's pod network that no pod has: whoever gets an answer there measures nothing. */
export const pingNobody: Check = {
  id: "ping-nobody",
  title: "An address that no pod has does not answer (control: a ping can fail)",
  subjects: "node-pair",
  reach: nobodyThere,
  steps: [
    {
      id: "ping",
      at: "from.pod",
      // Addresses are given out from below; the last of a subnet is free unless it is full.
      run: ["sh", "-c", "ping -n -c 1 -W 1 $(echo {to.ip} | sed 's/[0-9]*$/254/')"],
      exits: [0, 1],
    },
  ],
  read: { received },
  expect: [{ value: "received", equals: "0" }],
  timing: { throughoutSeconds: 1, everySeconds: 1 },
  controls: { positive: ["ping-across-nodes"] },
  says: {
    holds: "nobody answers from {from.node} at an unused address of {to.node}",
    fails: "an address that no pod of {to.node} has answers {from.node}",
  },
  evidence: [...nodeNetwork("from."), ...nodeNetwork("to.")],
};
