import type { Check, EndPlace, Reader, Step } from "../../checks/language/check";
import { countOf } from "../../checks/readers/count";
import { networkOf } from "../../checks/readers/read";
import { natAddress } from "../../components/cluster/node-state/vagrant";
import { flannelLinks, subnetFile } from "../../components/cni/flannel/names";
import { flanneldFiles } from "../../components/cni/flannel-etcd/service";
import { images } from "../../lib/versions";
import { nodeNetwork } from "./evidence";

const withEtcd = { cni: ["flannel-etcd"] };

type AtNode = Extract<EndPlace, "node"> | "from.node" | "to.node";

/** What flanneld has said since it was started last. */
const log = (at: AtNode): Step => ({
  id: "log",
  at,
  run: [
    ...["sh", "-c"],
    "journalctl --no-pager --output cat _SYSTEMD_INVOCATION_ID=$(systemctl show --property InvocationID --value flanneld)",
  ],
});

const subnetEnv = (id: string, at: AtNode): Step => ({ id, at, run: ["cat", subnetFile] });
const subnetIn = (from: string): Reader => ({ from, pattern: /^FLANNEL_SUBNET=(\S+)$/m, as: networkOf });

const leases = (at: AtNode): Step => ({ id: "leases", at, run: [flanneldFiles.leases] });

/** The lease in etcd of whoever announces this address. */
const leaseOf = (at: AtNode, address: string): Step => ({
  id: "lease",
  at,
  run: ["sh", "-c", `${flanneldFiles.leases} | grep -F ': node ${address},'`],
  // 1: there is none.
  exits: [0, 1],
});
/** A lease's key names its subnet: `.../subnets/80.9.0.0-16`. */
const leasedSubnet: Reader = { from: "lease", pattern: /subnets\/(\S+):/, as: (text) => text.replace("-", "/") };

/** The article's quick test: a container of the runtime's own, beside Kubernetes, and the address that it gets. */
const quickContainer = (id: string, at: AtNode): Step => ({
  id,
  at,
  run: [
    ...["sh", "-c"],
    `ctr --namespace k8s.io run --rm --cni ${images.probe} quick-test-$$ ip -4 -o address show dev eth0`,
  ],
  timeoutSeconds: 20,
});
const addressIn = (from: string): Reader => ({ from, pattern: /inet ([\d./]+)/ });
const networkIn = (from: string): Reader => ({ ...addressIn(from), as: networkOf });

/** What the log of a flanneld that works says, by its meaning: where it got its config, whom it announces, what it has. */
const heard = {
  backend: { from: "log", pattern: /Found network config - Backend type: (\S+)/ },
  link: { from: "log", pattern: /Using interface with name (\S+) and address/ },
  announced: { from: "log", pattern: /Using interface with name \S+ and address ([\d.]+)/ },
  lease: { from: "log", pattern: /(?:Allocated|Found) lease \(ip: (\S+) / },
  taken: { from: "log", pattern: /(Allocated|Found) lease / },
  holder: { from: "log", pattern: /(?:to current node|for current IP) \(([\d.]+)\)/ },
  wrote: { from: "log", pattern: /Wrote subnet file to (\S+)/ },
  runs: { from: "log", pattern: /Running backend/ },
} as const;

/** A flanneld says all that it has to say. */
function flanneldLog(id: string, title: string, address: string, link: string, says: Check["says"]): Check {
  return {
    id,
    title,
    subjects: "node",
    topic: "the CNI on each node",
    when: withEtcd,
    steps: [log("node"), subnetEnv("env", "node")],
    read: { ...heard, subnet: subnetIn("env") },
    expect: [
      { value: "backend", equals: "vxlan" },
      { value: "link", equals: link },
      { value: "announced", equals: address },
      { value: "holder", equals: address },
      { value: "lease", equals: "{value.subnet}" },
      { value: "wrote", equals: subnetFile },
      { value: "runs", matches: /./ },
    ],
    timing: { bySeconds: 45, everySeconds: 2 },
    says,
    evidence: [leases("node"), ...nodeNetwork("")],
  };
}

/** A flanneld that works, as its log has it. */
export const flanneldWell = flanneldLog(
  "flanneld-log",
  "flanneld's log: config from etcd, the node's own address on the LAN, a lease for it, subnet.env written",
  "{address}",
  "eth1",
  {
    holds: "flanneld on {node} announces {value.announced} of {value.link}, and has the lease {value.lease} for it",
    fails:
      "flanneld on {node} announces {value.announced} of {value.link}, has the lease {value.lease} for {value.holder}, and wrote {value.wrote}",
  },
);

/** The same log with the one word wrong. */
export const flanneldOnNat = flanneldLog(
  "flanneld-log-nat",
  "flanneld's log: all as it should be, but for the address, which is that of the NAT",
  natAddress,
  "eth0",
  {
    holds:
      "flanneld on {node} announces {value.announced} of {value.link}, the address of every node's NAT: {value.taken} lease {value.lease}",
    fails: "flanneld on {node} announces {value.announced} of {value.link}, with the lease {value.lease}",
  },
);

/** What etcd holds, lease by lease: one for each node. */
export const ownLease: Check = {
  id: "own-lease",
  title: "etcd holds a lease of its own for every node, under the node's address on the LAN",
  subjects: "node",
  topic: "leases in etcd",
  when: withEtcd,
  steps: [subnetEnv("env", "node"), leaseOf("node", "{address}"), leases("node")],
  read: { subnet: subnetIn("env"), lease: leasedSubnet },
  expect: [
    { value: "subnet", distinct: true },
    { value: "lease", equals: "{value.subnet}" },
  ],
  timing: { bySeconds: 45, everySeconds: 2 },
  says: {
    holds: "in etcd {value.lease} belongs to {address}, which is {node}",
    fails: "{node} uses {value.subnet}, and in etcd {address} has {value.lease}",
  },
  evidence: [log("node"), ...nodeNetwork("")],
};

/** One for all of them. */
export const sharedLease: Check = {
  id: "shared-lease",
  title: "Two nodes use one lease in etcd: it belongs to the address that both announce",
  subjects: "node-pair",
  topic: "leases in etcd",
  when: withEtcd,
  steps: [
    subnetEnv("from-env", "from.node"),
    subnetEnv("to-env", "to.node"),
    leaseOf("from.node", natAddress),
    leases("from.node"),
  ],
  read: { mine: subnetIn("from-env"), others: subnetIn("to-env"), lease: leasedSubnet },
  expect: [
    { value: "others", equals: "{value.mine}" },
    { value: "lease", equals: "{value.mine}" },
  ],
  timing: { bySeconds: 45, everySeconds: 2 },
  says: {
    holds: `{from.node} and {to.node} both have {value.mine}, which in etcd belongs to ${natAddress}`,
    fails: `{from.node} has {value.mine}, {to.node} has {value.others}, and in etcd ${natAddress} has {value.lease}`,
  },
  evidence: [...nodeNetwork("from."), ...nodeNetwork("to.")],
};

/** Two containers, one on each node, are in different subnets. */
export const quickTest: Check = {
  id: "quick-test",
  title: "A container on every node gets an address of that node's own subnet",
  subjects: "node",
  topic: "addresses of pods",
  when: withEtcd,
  steps: [quickContainer("container", "node"), subnetEnv("env", "node")],
  read: { address: addressIn("container"), network: networkIn("container"), subnet: subnetIn("env") },
  expect: [
    { value: "network", distinct: true },
    { value: "network", equals: "{value.subnet}" },
  ],
  timing: { bySeconds: 45, everySeconds: 2 },
  says: {
    holds: "a container on {node} gets {value.address}",
    fails: "a container on {node} gets {value.address}, and the node's subnet is {value.subnet}",
  },
  evidence: [log("node"), ...nodeNetwork("")],
};

/** The same containers in one subnet. */
export const quickTestSame: Check = {
  id: "quick-test-same",
  title: "Containers of two nodes get addresses of one subnet",
  subjects: "node-pair",
  topic: "addresses of pods",
  when: withEtcd,
  steps: [quickContainer("from-container", "from.node"), quickContainer("to-container", "to.node")],
  read: {
    mine: networkIn("from-container"),
    others: networkIn("to-container"),
    address: addressIn("from-container"),
    other: addressIn("to-container"),
  },
  expect: [{ value: "others", equals: "{value.mine}" }],
  timing: { bySeconds: 45, everySeconds: 2 },
  says: {
    holds: "a container on {from.node} gets {value.address}, and one on {to.node} gets {value.other}: one subnet",
    fails: "a container on {from.node} gets {value.address}, and one on {to.node} gets {value.other}",
  },
  evidence: [...nodeNetwork("from."), ...nodeNetwork("to.")],
};

/** How many of a node's packets can have left it: none where the way is its own bridge and nothing was tunnelled. */
function leftNode(text: string): string {
  return / dev cni0\b/.test(text) && countOf(/ Out IP /g)(text) === "0" ? "0" : "unknown";
}

/** Where a packet for the other node's pods goes: nowhere, as they would be neighbours by their addresses. */
export const ownBridge: Check = {
  id: "own-bridge",
  title: "What is for a pod of the other node goes to the node's own bridge, and nothing goes into the tunnel",
  subjects: "node-pair",
  topic: "unicast between nodes",
  reach: { between: "pods", by: "ping", sent: 4, arrived: "left" },
  when: withEtcd,
  steps: [
    {
      id: "seen",
      at: "from.node",
      run: ["sh", "-c", "timeout 4 tcpdump -l -n -i any 'udp dst port 8472' 2>/dev/null || [ $? -eq 124 ]"],
      background: true,
      timeoutSeconds: 20,
    },
    {
      id: "ping",
      at: "from.pod",
      // A pod of this node may have the same address, and answer.
      run: ["ping", "-n", "-c", "4", "-i", "0.6", "-W", "1", "{to.ip}"],
      exits: [0, 1],
    },
    { id: "way", at: "from.node", run: ["ip", "route", "get", "{to.ip}"] },
  ],
  read: {
    tunnelled: { from: "seen", pattern: /^[\s\S]*$/, as: countOf(/ Out IP /g) },
    link: { from: "way", pattern: / dev (\S+)/ },
    // Not what is answered: a pod of this node may be the one that answers.
    left: { from: ["way", "seen"], pattern: /^[\s\S]*$/, as: leftNode },
  },
  expect: [
    { value: "link", equals: flannelLinks.bridge },
    { value: "tunnelled", equals: "0" },
  ],
  timing: { bySeconds: 30, everySeconds: 1 },
  controls: { positive: ["ping-on-lan", "ping-same-node"] },
  says: {
    holds:
      "on {from.node} the way to {to.ip}, a pod of {to.node}, is {value.link}; of 4 pings none goes into the tunnel",
    fails:
      "on {from.node} the way to {to.ip}, a pod of {to.node}, is {value.link}; {value.tunnelled} packets were tunnelled",
  },
  evidence: [...nodeNetwork("from."), ...nodeNetwork("to.")],
};
