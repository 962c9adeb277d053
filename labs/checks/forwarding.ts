import type { Check, Step } from "../../checks/language/check";
import type { Reach } from "../../checks/language/reach";
import { countOf, growthOf } from "../../checks/readers/count";
import { nodeNetwork } from "./evidence";

const all = /^[\s\S]*$/;

/** The FORWARD chain with its counters, in full digits. */
const chain = (id: string): Step => ({
  id,
  at: "to.node",
  run: ["iptables", "-w", "-x", "-v", "-n", "-L", "FORWARD"],
});

/** Pings that are counted on the way: for longer than a listener on the receiving node needs to start. */
const steps: readonly Step[] = [
  chain("before"),
  {
    id: "seen",
    at: "to.node",
    run: [
      ...["sh", "-c"],
      "timeout 5 tcpdump -l -n -i any 'icmp[0] = 8 and src host {from.ip} and dst host {to.ip}' 2>/dev/null || [ $? -eq 124 ]",
    ],
    background: true,
  },
  {
    id: "ping",
    at: "from.pod",
    run: ["ping", "-n", "-c", "8", "-i", "0.4", "-W", "1", "{to.ip}"],
    exits: [0, 1],
  },
  chain("after"),
];

const reach: Reach = { between: "pods", by: "ping", sent: 8, arrived: "received" };
const read = {
  received: { from: "ping", pattern: /(\d+) received/ },
  arrived: { from: "seen", pattern: all, as: countOf(/ flannel\.1 +In /g) },
  passed: { from: "seen", pattern: all, as: countOf(/ cni0 +Out /g) },
} as const;

const evidence = [...nodeNetwork("from."), ...nodeNetwork("to.")] as const;

/** What comes over the overlay reaches the node and no pod: no rule accepts it, and the chain's policy drops it. */
export const forwardDrops: Check = {
  id: "forward-drops",
  title: "What the overlay brings for a pod arrives on flannel.1, and the policy of FORWARD drops it",
  topic: "unicast between nodes",
  subjects: "node-pair",
  reach,
  when: { cni: ["flannel"] },
  steps,
  read: {
    ...read,
    policy: { from: "after", pattern: /^Chain FORWARD \(policy (\w+)/ },
    dropped: {
      from: ["before", "after"],
      pattern: all,
      as: growthOf(/^Chain FORWARD \(policy DROP (\d+) packets/gm),
    },
  },
  expect: [
    { value: "received", equals: "0" },
    { value: "arrived", matches: /^[1-9]/ },
    { value: "passed", equals: "0" },
    { value: "policy", equals: "DROP" },
    { value: "dropped", matches: /^[1-9]/ },
  ],
  timing: { bySeconds: 30, everySeconds: 1 },
  controls: { positive: ["ping-same-node", "flannel-ready"] },
  says: {
    holds:
      "of 8 pings from {from.ip} to {to.ip}, {value.arrived} are seen coming in on flannel.1 of {to.node} and {value.passed} going out to its pods; the policy of FORWARD has dropped {value.dropped} packets meanwhile",
    fails:
      "pings from {from.ip} to {to.ip}: {value.received} answered, {value.arrived} seen on flannel.1 of {to.node}, {value.passed} going out to its pods; the policy of FORWARD is {value.policy} and dropped {value.dropped} packets",
  },
  evidence,
};

/** The article's cure, by its own counters: the policy still drops, and one rule lets the overlay in. */
export const forwardRuleCounts: Check = {
  id: "forward-rule-counts",
  title: "The policy of FORWARD is DROP, and the rule from flannel.1 to cni0 lets the overlay in",
  subjects: "node-pair",
  reach,
  when: { cni: ["flannel"], forwardPolicy: ["drop"], forwardRules: ["by-hand"] },
  steps,
  read: {
    ...read,
    policy: { from: "after", pattern: /^Chain FORWARD \(policy (\w+)/ },
    accepted: {
      from: ["before", "after"],
      pattern: all,
      as: growthOf(/^ *(\d+) +\d+ +ACCEPT +\S+ +-- +flannel\.1 +cni0 /gm),
    },
  },
  expect: [
    { value: "received", equals: "8" },
    { value: "passed", matches: /^[1-9]/ },
    { value: "policy", equals: "DROP" },
    { value: "accepted", matches: /^[1-9]/ },
  ],
  timing: { bySeconds: 30, everySeconds: 1 },
  controls: { positive: ["ping-across-nodes"] },
  says: {
    holds:
      "of 8 pings from {from.ip} to {to.ip}, {value.received} are answered; the rule on {to.node} has let {value.accepted} packets in meanwhile",
    fails:
      "pings from {from.ip} to {to.ip}: {value.received} answered; the policy of FORWARD on {to.node} is {value.policy}, and its rule from flannel.1 to cni0 let {value.accepted} packets in",
  },
  evidence,
};
