import type { Check, Step } from "../../checks/language/check";
import { natAddress } from "../../components/cluster/node-state/vagrant";
import { flannelLinks, flannelLogs } from "../../components/cni/flannel/names";
import { nodeNetwork } from "./evidence";

const onFlannel = { cni: ["flannel"] } as const;

const log = (at: "node" | "from.node"): Step => ({
  id: "log",
  at,
  run: ["sh", "-c", `grep -h -e interface -e address ${flannelLogs} | tail -n 30`],
});

/** The address that a node announces to the others' tunnels. */
const announced = (id: string, node: string): Step => ({
  id,
  at: "kubectl",
  run: ["get", "node", node, "-o", "jsonpath={.metadata.annotations.flannel\\.alpha\\.coreos\\.com/public-ip}"],
});
const address = { pattern: /^[\d.]+$/ };

/** Each node is reached by the others at its own address on the LAN, and sends from there. */
export const announcedAddress: Check = {
  id: "announced-address",
  title: "Every node announces its own address on the LAN, and its tunnel starts there",
  subjects: "node",
  when: onFlannel,
  steps: [
    announced("announced", "{node}"),
    { id: "tunnel", at: "node", run: ["ip", "-d", "link", "show", flannelLinks.tunnel] },
  ],
  read: {
    announced: address,
    start: { from: "tunnel", pattern: /vxlan id \d+ local (\S+)/ },
    link: { from: "tunnel", pattern: /vxlan id \d+ .*?\bdev (\S+)/ },
  },
  expect: [
    { value: "announced", equals: "{address}" },
    { value: "announced", distinct: true },
    { value: "start", equals: "{address}" },
    { value: "link", equals: "eth1" },
  ],
  timing: { bySeconds: 45, everySeconds: 2 },
  says: {
    holds: "{node} announces {value.announced}, and its tunnel starts at {value.start} on {value.link}",
    fails:
      "{node} is {address} on the LAN, announces {value.announced}, and its tunnel starts at {value.start} on {value.link}",
  },
  evidence: [log("node"), ...nodeNetwork("")],
};

/** What flannel shows of it: everybody is the same address, which only its own NAT knows. */
export const samePublicIp: Check = {
  id: "same-public-ip",
  title: "Two nodes announce the same address, that of their interface with the default route",
  subjects: "node-pair",
  when: onFlannel,
  steps: [
    announced("from-announced", "{from.node}"),
    announced("to-announced", "{to.node}"),
    { id: "default", at: "from.node", run: ["ip", "route", "get", "1.1.1.1"] },
    { id: "fdb", at: "from.node", run: ["bridge", "fdb", "show", "dev", flannelLinks.tunnel] },
  ],
  read: {
    announced: address,
    other: { from: "to-announced", ...address },
    usual: { from: "default", pattern: /dev eth0 src (\S+)/ },
    leads: { from: "fdb", pattern: / dst (\S+)/ },
  },
  expect: [
    { value: "announced", equals: natAddress },
    { value: "other", equals: "{value.announced}" },
    { value: "usual", equals: "{value.announced}" },
    { value: "leads", equals: "{value.announced}" },
  ],
  timing: { bySeconds: 45, everySeconds: 2 },
  says: {
    holds:
      "{from.node} and {to.node} both announce {value.announced}; the tunnel of {from.node} leads to {value.leads}",
    fails:
      "{from.node} announces {value.announced} and {to.node} {value.other}; the tunnel of {from.node} leads to {value.leads}",
  },
  evidence: [log("from.node"), ...nodeNetwork("from."), ...nodeNetwork("to.")],
};

/** The control of all that is lost between nodes: without the overlay nothing is. */
export const pingOnLan: Check = {
  id: "ping-on-lan",
  title: "Nodes reach each other on the LAN, without the overlay (control)",
  subjects: "node-pair",
  reach: { between: "nodes", by: "ping", sent: 3, arrived: "received" },
  steps: [
    {
      id: "ping",
      at: "from.node",
      run: ["ping", "-n", "-c", "3", "-i", "0.2", "-W", "1", "-I", "eth1", "{to.address}"],
      exits: [0, 1],
    },
  ],
  read: { received: { pattern: /(\d+) received/ } },
  expect: [{ value: "received", equals: "3" }],
  timing: { bySeconds: 30, everySeconds: 1 },
  says: {
    holds: "{from.node} reaches {to.node} at {to.address}",
    fails: "{from.node} does not reach {to.node} at {to.address}",
  },
  evidence: [...nodeNetwork("from."), ...nodeNetwork("to.")],
};

/**
 * A packet that goes round passes the tunnel once for each step of its time to live, 63 times in all; four that don't
 * pass it four times.
 */
const manyRounds = 30;

/** Which way packets take that were captured on all interfaces of the node that sends them. */
function wayOf(text: string): string {
  const count = (pattern: RegExp) => [...text.matchAll(pattern)].length;
  const carried = [...text.matchAll(/ (eth\d+) +Out +IP ([\d.]+)\.\d+ > /g)];
  const ways = [...new Set(carried.map(([, link, source]) => `out of ${link} as ${source}`))];
  const rounds = count(/ flannel\.1 +Out /g);
  if (ways.length > 0) return ways.sort().join(" and ");
  if (rounds >= manyRounds) return "round and round";
  return rounds === 0 ? "where nobody sees them" : "nowhere";
}

/** Where the packets go that never come to the other node. */
export const overlayAstray: Check = {
  id: "overlay-astray",
  title: "What a pod sends to another node is lost: it does not leave the node, or leaves it as nobody's",
  topic: "unicast between nodes",
  subjects: "node-pair",
  reach: { between: "pods", by: "ping", sent: 4, arrived: "received" },
  when: onFlannel,
  steps: [
    {
      id: "seen",
      at: "from.node",
      run: [
        ...["sh", "-c"],
        "timeout 5 tcpdump -l -n -i any 'udp dst port 8472 or (icmp[0] = 8 and src host {from.ip} and dst host {to.ip})' 2>/dev/null || [ $? -eq 124 ]",
      ],
      background: true,
      timeoutSeconds: 20,
    },
    {
      id: "ping",
      at: "from.pod",
      // One that goes round is seen 126 times.
      run: ["ping", "-n", "-c", "4", "-i", "0.8", "-W", "1", "{to.ip}"],
      exits: [0, 1],
    },
  ],
  read: {
    received: { from: "ping", pattern: /(\d+) received/ },
    way: { from: "seen", pattern: /^[\s\S]*$/, as: wayOf },
  },
  expect: [
    { value: "received", equals: "0" },
    { value: "way", matches: new RegExp(`^(round and round|out of eth\\d as ${natAddress.replaceAll(".", "\\.")})$`) },
  ],
  timing: { bySeconds: 30, everySeconds: 1 },
  controls: { positive: ["ping-on-lan", "ping-same-node"] },
  says: {
    holds: "4 pings from {from.ip} to {to.ip}: none is answered; on {from.node} they go {value.way}",
    fails: "4 pings from {from.ip} to {to.ip}: {value.received} are answered; on {from.node} they go {value.way}",
  },
  evidence: [
    { id: "way-back", at: "from.node", run: ["ip", "route", "get", natAddress] },
    { id: "fdb", at: "from.node", run: ["bridge", "fdb", "show", "dev", flannelLinks.tunnel] },
    ...nodeNetwork("from."),
    ...nodeNetwork("to."),
  ],
};
