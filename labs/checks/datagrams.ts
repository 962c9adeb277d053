import type { Check, Step, Timing } from "../../checks/language/check";
import type { Reach } from "../../checks/language/reach";
import { nodeNetwork, nodeNetworkCauses } from "./evidence";
import { withCnis } from "./with-cni";

/** Hazelcast's group and port, as a cluster of its members would use them. */
const group = "224.2.2.3";
const port = "54327";

/** Who sends, to whom: listeners of several pairs share a port, and each hears every sender. */
const message = "from {from.pod} to {to.pod}";

/**
 * A listener in the one pod keeps the datagrams that the other sends. It has its socket before the first of them
 * leaves, and is ended after the last one: however slow the API server is, silence means that nothing came. That it
 * heard nothing is a finding (grep ends with 1).
 *
 * @param kind of the datagrams, for the listener's files
 */
function steps(kind: string, listen: string, send: string): readonly Step[] {
  const file = `/tmp/${kind}-from-{from.pod}`;
  const startListening = [
    `rm -f ${file} ${file}.log`,
    // It outlives this shell; should nobody end it, it ends itself.
    `timeout 30 socat -d -d -u ${listen} OPEN:${file},creat </dev/null >/dev/null 2>${file}.log &`,
    `echo $! >${file}.pid`,
    `i=0; until grep -qs 'data transfer loop' ${file}.log || [ $i -ge 100 ]; do i=$((i + 1)); sleep 0.05; done`,
    `[ $i -lt 100 ] || { cat ${file}.log; exit 1; } >&2`,
  ];
  return [
    { id: "listen", at: "to.pod", run: ["sh", "-c", startListening.join("\n")] },
    {
      id: "send",
      at: "from.pod",
      run: ["sh", "-c", `for i in 1 2 3 4 5 6 7 8; do echo "${message}" | socat -u STDIN ${send}; sleep 0.2; done`],
    },
    {
      id: "heard",
      at: "to.pod",
      run: ["sh", "-c", `sleep 0.2; kill $(cat ${file}.pid); grep -c -F "${message}" ${file}`],
      exits: [0, 1],
    },
  ];
}

const multicast = steps(
  "multicast",
  `UDP4-RECV:${port},reuseaddr,ip-add-membership=${group}:eth0`,
  `UDP4-DATAGRAM:${group}:${port},ip-multicast-ttl=4`,
);
const sent = 8;
const byMulticast: Reach = { between: "pods", by: "multicast", to: group, sent, arrived: "heard" };
const heard = { from: "heard", pattern: /^\d+/ };
const some = [{ value: "heard", matches: /^[1-9]/ }] as const;
const soon: Timing = { bySeconds: 45, everySeconds: 1 };
const evidence = [
  { id: "groups", at: "to.pod", run: ["ip", "maddress", "show", "dev", "eth0"] },
  { id: "pod-routes", at: "from.pod", run: ["ip", "route", "get", group] },
  ...nodeNetwork("from."),
  ...nodeNetwork("to."),
] as const satisfies readonly Step[];

/** The control of all multicast checks: datagrams of the same tools reach the same pods, one by one. */
export const udpAcrossNodes: Check = {
  id: "udp-across-nodes",
  title: "UDP datagrams between pods of different nodes arrive (unicast)",
  subjects: "node-pair",
  reach: { between: "pods", by: "udp", sent, arrived: "heard" },
  // A port for each sender: of several listeners on one port a unicast datagram reaches only one.
  steps: steps(
    "unicast",
    "UDP4-RECV:$((54400 + $(echo {from.address} | cut -d. -f4))),reuseaddr",
    "UDP4-DATAGRAM:{to.ip}:$((54400 + $(echo {from.address} | cut -d. -f4)))",
  ),
  read: { heard },
  expect: some,
  timing: soon,
  says: {
    holds: "the pod on {to.node} hears {value.heard} of 8 datagrams of the pod on {from.node}",
    fails: "the pod on {to.node} hears no datagram of the pod on {from.node}",
  },
  evidence,
  causes: [...nodeNetworkCauses("from."), ...nodeNetworkCauses("to.")],
};

/** Multicast on one node, on the bridge: whoever hears nothing here can't listen, or can't send. */
export const multicastSameNode: Check = {
  id: "multicast-same-node",
  title: "Multicast between two pods of one node arrives (control)",
  subjects: "same-node-pair",
  reach: byMulticast,
  steps: multicast,
  read: { heard },
  expect: some,
  timing: soon,
  says: {
    holds: "a pod on {to.node} hears {value.heard} of 8 datagrams to 224.2.2.3 of its neighbour",
    fails: "a pod on {to.node} hears no datagram to 224.2.2.3 of its neighbour",
  },
  evidence,
};

/** Multicast between nodes, where the CNI carries it. */
export const multicastAcrossNodes: Check = {
  id: "multicast-across-nodes",
  title: "Multicast between pods of different nodes arrives",
  topic: "multicast between nodes",
  subjects: "node-pair",
  reach: byMulticast,
  when: withCnis(({ carriesMulticast }) => carriesMulticast),
  steps: multicast,
  read: { heard },
  expect: some,
  timing: soon,
  controls: { positive: ["multicast-same-node", "udp-across-nodes"] },
  says: {
    holds: "the pod on {to.node} hears {value.heard} of 8 datagrams to 224.2.2.3 of the pod on {from.node}",
    fails: "the pod on {to.node} hears no datagram to 224.2.2.3 of the pod on {from.node}",
  },
  evidence,
};

/** Multicast between nodes, where the CNI carries unicast only. */
export const multicastStaysOnNode: Check = {
  ...multicastAcrossNodes,
  id: "multicast-stays-on-node",
  title: "Multicast does not leave a node: the overlay carries unicast only",
  when: withCnis(({ carriesMulticast }) => !carriesMulticast),
  expect: [{ value: "heard", equals: "0" }],
  timing: { throughoutSeconds: 1, everySeconds: 1 },
  says: {
    holds: "the pod on {to.node} hears nothing of what the pod on {from.node} sends to 224.2.2.3",
    fails: "the pod on {to.node} hears {value.heard} datagrams to 224.2.2.3 of the pod on {from.node}",
  },
};
