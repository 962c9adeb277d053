import type { Cause, Check, Step } from "../../checks/language/check";
import { cnis } from "../../components/cni/registry";
import { nodeNetwork, nodeNetworkCauses } from "./evidence";

type End = "from" | "to";

/** What an IPv4 and an ICMP header take of a packet (RFC 791, RFC 792): the rest of the MTU is a ping's data. */
const headers = 28;
/** Each link whose MTU tells how large a pod's packet may be, with what is put around that between nodes. */
const sizes = [
  ...new Set(cnis.flatMap(({ packetSizes }) => packetSizes.map(({ link, overhead }) => `holds ${link} ${overhead}`))),
];

/**
 * Whether a node's interface to another node takes a packet of a pod, with what the overlay puts around it:
 * `eth1 takes 1400, flannel.1 of 1450 needs 1500: short`.
 */
function room(end: End, other: End): Step {
  const script = [
    'link=$(ip -o route get "$1" | sed -n "s/.* dev \\([^ ]*\\).*/\\1/p")',
    "takes=$(cat /sys/class/net/$link/mtu)",
    "holds() {",
    "  size=$(cat /sys/class/net/$1/mtu 2>/dev/null) || return 0",
    "  name=$1 more=$2",
    // The most that IPv4 knows is Weave's sleeve, which takes what there is; the usual one is that of Ethernet.
    "  [ $size -lt 65535 ] || { name=Ethernet; size=1500; more=0; }",
    "  [ $takes -lt $((size + more)) ] && room=short || room=enough",
    '  echo "$link takes $takes, $name of $size needs $((size + more)): $room"',
    "}",
    sizes.join("; "),
  ].join("\n");
  return { id: `${end}-room`, at: `${end}.node`, run: ["sh", "-c", script, "sh", `{${other}.address}`] };
}

function shortRoom(end: End): Cause {
  return {
    evidence: `${end}-room`,
    pattern: /^(?<link>\S+) takes (?<takes>\d+), (?<inner>\S+) of (?<size>\d+) needs (?<needs>\d+): short$/m,
    says: `{found.link} of {${end}.node} has an MTU of {found.takes} bytes; a packet of {found.size} bytes on {found.inner} takes {found.needs} there`,
  };
}

/** The largest packet that gets through without being cut, found by halving: `largest 1350 of 1450: less`. */
function largest(id: string, at: "from.node" | "from.pod", link: string, to: string): Step {
  const script = [
    `link=${link}`,
    "most=$(cat /sys/class/net/$link/mtu)",
    `passes() { ping -n -q -M do -c 1 -W 0.5 -s $(($1 - ${headers})) "$2" >/dev/null 2>&1; }`,
    // Every IPv4 link takes 68 bytes (RFC 791).
    "low=68 high=$most",
    'passes $low "$1" || { echo none; exit 0; }',
    'while [ $low -lt $high ]; do try=$(((low + high + 1) / 2)); if passes $try "$1"; then low=$try; else high=$((try - 1)); fi; done',
    '[ $low -lt $most ] && echo "largest $low of $most: less" || echo "largest $low: all"',
  ].join("\n");
  return { id, at, run: ["sh", "-c", script, "sh", to], timeoutSeconds: 20 };
}

/**
 * A path that takes less than the pods' interfaces: small packets pass, and so do pings, a handshake and a short answer;
 * large ones vanish.
 */
export const largePackets: Check = {
  id: "large-packets",
  title: "Packets as large as a pod may send pass between nodes, uncut",
  subjects: "node-pair",
  reach: { between: "pods", by: "large-ping", sent: 3, arrived: "received" },
  steps: [
    {
      id: "ping",
      at: "from.pod",
      run: [
        "sh",
        "-c",
        [
          "size=$(cat /sys/class/net/eth0/mtu)",
          // A path that takes less may say so (RFC 1191), as Weave's sleeve does; the pod keeps to that then.
          `ping -n -q -M do -c 1 -W 1 -s $((size - ${headers})) "$1" >/dev/null 2>&1`,
          'told=$(ip route get "$1" | sed -n "s/.* mtu \\([0-9]*\\).*/\\1/p")',
          '[ -z "$told" ] || size=$told',
          'echo "size $size"',
          `ping -n -M do -c 3 -i 0.2 -W 1 -s $((size - ${headers})) "$1"`,
          "status=$?",
          // One byte more must not leave: else packets are cut, and a large one's arrival shows nothing.
          `ping -n -M do -c 1 -W 1 -s $((size - ${headers - 1})) "$1"`,
          // 1: not answered.
          "[ $? -le 1 ] && exit $status",
        ].join("\n"),
        "sh",
        "{to.ip}",
      ],
      exits: [0, 1],
    },
  ],
  read: {
    size: { pattern: /^size (\d+)/m },
    received: { pattern: /^3 packets transmitted, (\d+) received/m },
    tooLarge: { pattern: /^1 packets transmitted, (\d+) received/m },
  },
  expect: [
    { value: "received", equals: "3" },
    { value: "tooLarge", equals: "0" },
  ],
  timing: { bySeconds: 20, everySeconds: 1 },
  controls: { positive: ["ping-across-nodes"] },
  says: {
    holds: "packets of {value.size} bytes pass from {from.ip} to {to.ip}, and no larger ones",
    fails:
      "small packets pass from the pod {from.ip} on {from.node} to the pod {to.ip} on {to.node}; of 3 packets of {value.size} bytes {value.received} do, and of those of one byte more {value.tooLarge}",
  },
  evidence: [
    largest("pod-to-pod", "from.pod", "eth0", "{to.ip}"),
    largest(
      "node-to-node",
      "from.node",
      '$(ip -o route get "$1" | sed -n "s/.* dev \\([^ ]*\\).*/\\1/p")',
      "{to.address}",
    ),
    room("from", "to"),
    room("to", "from"),
    { id: "pod-way", at: "from.pod", run: ["ip", "route", "get", "{to.ip}"] },
    ...nodeNetwork("from."),
    ...nodeNetwork("to."),
  ],
  causes: [
    {
      evidence: "pod-to-pod",
      pattern: /^largest (?<bytes>\d+) of (?<mtu>\d+): less/m,
      says: "from {from.ip} to {to.ip} packets of up to {found.bytes} bytes pass; the pods' interfaces send up to {found.mtu}",
    },
    shortRoom("from"),
    shortRoom("to"),
    {
      evidence: "node-to-node",
      pattern: /^largest (?<bytes>\d+) of (?<mtu>\d+): less/m,
      says: "from {from.node} to {to.node} the LAN carries packets of up to {found.bytes} bytes, and {from.node} sends up to {found.mtu}",
    },
    {
      evidence: "pod-way",
      pattern: /expires (?<left>\d+)sec mtu (?<mtu>\d+)/,
      says: "the pod {from.ip} was told that its way to {to.ip} takes {found.mtu} bytes, and keeps to that for another {found.left} s",
    },
    ...nodeNetworkCauses("from."),
    ...nodeNetworkCauses("to."),
  ],
};
