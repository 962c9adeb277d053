import type { Cause, Check, Step } from "../../checks/language/check";
import { insideRange } from "../../checks/readers/read";
import { podLogs } from "../../components/cluster/pod-logs";
import { dhcpSocket, leaseFile, networkDaemons } from "../../components/networks/names";
import { nodeNetwork, nodeNetworkCauses } from "./evidence";
import { sandboxCauses, sandboxEvents, withNetwork } from "./second-network";

const when = withNetwork("leased");
const all = /^[\s\S]*$/;

/** What the runtime calls to ask the daemon. */
const dhcpPlugin = "/opt/cni/bin/dhcp";

/** Asks the daemon of a node what it can do; a socket alone may be left of one that is gone. */
export const askDaemon: Step = {
  id: "daemon",
  at: "node",
  run: [
    "sh",
    "-c",
    `[ -S ${dhcpSocket} ] || { echo missing; exit 0; }; curl -sS -m 3 --unix-socket ${dhcpSocket} http://dhcp/debug/rpc 2>&1`,
  ],
  exits: [0, 7, 28],
};

/** How the state of the daemon is read from that: whether its service is there, and what is there instead. */
export const daemonRead = {
  service: { from: askDaemon.id, pattern: /Service (DHCP)/ },
  socket: { from: askDaemon.id, pattern: /missing|Couldn't connect|Failed to connect|Connection refused|DHCP/ },
} as const;

/** What the daemon of a node says. */
export const daemonLog: Step = {
  id: "daemon-log",
  at: "node",
  run: ["sh", "-c", `tail -n 60 ${podLogs(networkDaemons.namespace, networkDaemons.dhcp)}`],
};

/** What the server has heard and said of late: a pod that hangs asks again every few seconds. */
const serverLog: Step = { id: "server-log", at: "dhcp-log", run: ["--since", "60s"] };

/** Why a pod has no address: nobody to ask, no answer, nothing left, or an answer that can't be used. */
const dhcpCauses: readonly Cause[] = [
  {
    evidence: "events",
    pattern: /error dialing DHCP daemon: dial unix (?<socket>\S+): connect: no such file or directory/,
    says: "no dhcp daemon runs on {node}: the plugin finds no {found.socket}",
  },
  {
    evidence: "events",
    pattern: /error dialing DHCP daemon: dial unix (?<socket>\S+): connect: connection refused/,
    says: "the socket {found.socket} on {node} is left of a dhcp daemon that is gone: nobody listens there",
  },
  {
    evidence: "events",
    // The last message: what the server sends now.
    pattern:
      /^[\s\S]*failed to add route '\{(?<network>[\d.]+) (?<mask>[0-9a-f]{8})\} via (?<hop>[\d.]+) dev \S+[^']*': (?<why>[a-z ]+)/,
    says: "the route to {found.network} (mask {found.mask}) via {found.hop}, which the DHCP server sent, can't be set: {found.why}",
  },
  {
    evidence: "server-log",
    pattern: /DHCPDISCOVER\(\S+\) (?:[\d.]+ )?(?<mac>[0-9a-f:]{17}) no address available/,
    says: "the DHCP server has no address left to give: it said so when {found.mac} asked",
  },
  {
    evidence: "server-log",
    // A DISCOVER after which the same client was offered nothing.
    pattern:
      /DHCPDISCOVER\(\S+\) (?:[\d.]+ )?(?<mac>[0-9a-f:]{17})(?! no address)(?![\s\S]*DHCPOFFER\(\S+\) [\d.]+ \k<mac>)/,
    says: "the DHCP server hears clients ask, and makes no offer: not to {found.mac}, for one",
  },
  { evidence: "server-log", pattern: /^\s*$/, says: "the DHCP server has heard nothing for a minute" },
  { evidence: "server-log", pattern: /this stack has no DHCP server/, says: "the stack has no DHCP server" },
];

/** First of all: whether the pods run. Who waits for the kubelet's own verdict waits four minutes. */
export const leasedPods: Check = {
  id: "leased-pods",
  title: "The pod with an address by DHCP runs, on every node",
  topic: "pods with an address by DHCP",
  subjects: "node",
  when,
  steps: [
    {
      id: "phase",
      at: "kubectl",
      run: ["-n", "{namespace}", "get", "pod", "{leasedPod}", "-o", "jsonpath={.status.phase}"],
    },
  ],
  read: { phase: { pattern: /\w+/ } },
  expect: [{ value: "phase", equals: "Running" }],
  timing: { bySeconds: 22, everySeconds: 2 },
  says: {
    holds: "{leasedPod} runs with {leasedNet1} on net1",
    fails: "{leasedPod} on {node} hangs: it is {value.phase} and has no address on net1",
  },
  evidence: [sandboxEvents("leasedPod"), askDaemon, daemonLog, serverLog, ...nodeNetwork("")],
  causes: [...sandboxCauses, ...dhcpCauses, ...nodeNetworkCauses("")],
};

/** The plugin does not speak DHCP itself: it asks a daemon, which must be there on every node. */
export const cniDhcpReady: Check = {
  id: "cni-dhcp-ready",
  title: "The dhcp daemon answers on its socket, and the plugin that asks it is there, on every node",
  subjects: "node",
  when: { ...when, dhcpDaemon: ["auto"] },
  steps: [
    askDaemon,
    { id: "plugin", at: "node", run: ["sh", "-c", `[ -x ${dhcpPlugin} ] && echo there || echo missing`] },
  ],
  read: { ...daemonRead, plugin: { from: "plugin", pattern: /there|missing/ } },
  expect: [
    { value: "socket", equals: "DHCP" },
    { value: "plugin", equals: "there" },
  ],
  timing: { bySeconds: 20, everySeconds: 2 },
  says: {
    holds: `the dhcp daemon of {node} answers on ${dhcpSocket}`,
    fails: `a pod on {node} gets no address by DHCP: ${dhcpSocket} of the daemon: {value.socket}; ${dhcpPlugin}: {value.plugin}`,
  },
  evidence: [
    {
      id: "daemons",
      at: "kubectl",
      run: ["-n", networkDaemons.namespace, "get", "daemonsets,pods", "-o", "wide"],
    },
    {
      id: "socket",
      at: "node",
      run: [
        "sh",
        "-c",
        [
          `if [ ! -S ${dhcpSocket} ]; then echo no socket`,
          `elif ss -xlnH | grep -qF ${dhcpSocket}; then echo somebody listens`,
          "else echo nobody listens; fi",
          `[ -x ${dhcpPlugin} ] || echo no plugin`,
          `ls -la ${dhcpSocket}; ps -C dhcp -o pid,lstart,args`,
        ].join("\n"),
      ],
    },
    daemonLog,
    ...nodeNetwork(""),
  ],
  causes: [
    {
      evidence: "socket",
      pattern: /^no socket$/m,
      says: `{node} has no ${dhcpSocket}: no dhcp daemon runs there`,
    },
    {
      evidence: "socket",
      pattern: /^nobody listens$/m,
      says: `the socket ${dhcpSocket} on {node} is left of a dhcp daemon that is gone: nobody listens there; delete the daemon's pod, and a new one makes a new socket`,
    },
    {
      evidence: "socket",
      pattern: /^no plugin$/m,
      says: `{node} has no program ${dhcpPlugin}: whatever the daemon does, the runtime can't ask it; put the CNI plugins there again`,
    },
    ...nodeNetworkCauses(""),
  ],
};

const addressEvidence: readonly Step[] = [
  { id: "interfaces", at: "leased", run: ["ip", "-details", "address", "show"] },
  { id: "leases", at: "dhcp-server", run: ["cat", leaseFile] },
  serverLog,
  daemonLog,
  ...nodeNetwork(""),
];

/** Every pod with an address by DHCP has one of the server's, and no other has the same. */
export const leasedNet1: Check = {
  id: "leased-net1",
  title: "Every pod with an address by DHCP has one of the server's range on net1, and for itself",
  subjects: "node",
  when,
  steps: [
    {
      id: "address",
      at: "leased",
      run: ["sh", "-c", 'ip -4 -o address show dev net1; echo "range $1"', "sh", "{config.dhcpRange}"],
    },
  ],
  read: { address: { pattern: /inet ([\d.]+)/ }, place: { pattern: all, as: insideRange } },
  expect: [
    { value: "address", equals: "{leasedNet1}" },
    { value: "place", equals: "inside" },
    { value: "address", distinct: true },
  ],
  timing: { bySeconds: 20, everySeconds: 2 },
  controls: { positive: ["leased-pods"] },
  says: {
    holds: "{leasedPod} has {value.address}",
    fails:
      "{leasedPod} on {node} has {value.address}, {value.place} of {config.dhcpRange}; its annotation says {leasedNet1}",
  },
  evidence: addressEvidence,
};

/** The server knows the pod by its MAC. */
export const leasedAtServer: Check = {
  id: "leased-at-server",
  title: "The DHCP server has given each pod its address, to the MAC of its net1",
  subjects: "node",
  when,
  steps: [{ id: "lease", at: "dhcp-server", run: ["grep", "-w", "-F", "{leasedNet1}", leaseFile], exits: [0, 1] }],
  read: { mac: { pattern: /^\d+ ([0-9a-f:]{17}) / } },
  expect: [{ value: "mac", equals: "{leasedMac}" }],
  timing: { bySeconds: 20, everySeconds: 2 },
  controls: { positive: ["leased-pods"] },
  says: {
    holds: "the server holds {leasedNet1} for {value.mac}, which is {leasedPod}",
    fails: "the server does not hold {leasedNet1} for {leasedMac}, which is {leasedPod}; it holds it for: {value.mac}",
  },
  evidence: addressEvidence,
};
