import type { Check, Step } from "../../checks/language/check";
import { dhcpSocket } from "../../components/networks/names";
import { type OffLinkRoute, offLinkRoute, routeOfMessage } from "./dhcp-log";
import { nodeNetwork } from "./evidence";
import { askDaemon, daemonRead } from "./leased";
import { sandboxEvents, withNetwork } from "./second-network";

const phase: Step = {
  id: "phase",
  at: "kubectl",
  run: ["-n", "{namespace}", "get", "pod", "{leasedPod}", "-o", "jsonpath={.status.phase}"],
};
const describePod: Step = {
  id: "describe",
  at: "kubectl",
  run: ["-n", "{namespace}", "describe", "pod", "{leasedPod}"],
};

/** Without a daemon the plugin fails at once, and the pod hangs in ContainerCreating. */
export const hangsWithoutDaemon: Check = {
  id: "hangs-without-daemon",
  title: "The pod with an address by DHCP hangs: its node has no dhcp daemon, and the event says so",
  topic: "pods with an address by DHCP",
  subjects: "node",
  when: withNetwork("leased"),
  steps: [phase, sandboxEvents("leasedPod"), askDaemon],
  read: {
    phase: { pattern: /\w+/ },
    // The last message: greedy up to it.
    error: {
      from: "events",
      pattern:
        /^[\s\S]*(error dialing DHCP daemon: dial unix \S+: connect: (?:no such file or directory|connection refused))/,
    },
    ...daemonRead,
  },
  expect: [
    { value: "phase", equals: "Pending" },
    { value: "error", matches: /./ },
    { value: "service", absent: true },
    { value: "socket", matches: /./ },
  ],
  timing: { bySeconds: 60, everySeconds: 2 },
  controls: { positive: ["static-net1"] },
  says: {
    holds: `{leasedPod} hangs: "{value.error}"; ${dhcpSocket} on {node}: {value.socket}`,
    fails:
      "{leasedPod} on {node} does not hang for lack of a daemon: it is {value.phase}, the event says: {value.error}",
  },
  evidence: [describePod, ...nodeNetwork("")],
};

const sent = (field: keyof OffLinkRoute) => ({
  from: "log",
  pattern: /^[\s\S]*$/,
  as: (text: string) => offLinkRoute(text)?.[field] ?? "none",
});

/** The server hands out a route whose next hop is not on the link; the kernel refuses it, and the plugin gives up. */
export const hangsForRoute: Check = {
  id: "hangs-for-route",
  title: "The pod with an address by DHCP hangs: a route that the DHCP server sent can't be set",
  topic: "pods with an address by DHCP",
  subjects: "node",
  when: withNetwork("leased"),
  steps: [phase, sandboxEvents("leasedPod"), { id: "log", at: "dhcp-log", run: ["--tail", "400"] }],
  read: {
    phase: { pattern: /\w+/ },
    error: {
      from: "events",
      pattern: /^[\s\S]*(failed to add route '\{[^']*': network is unreachable)/,
    },
    route: { from: "events", pattern: /^[\s\S]*failed to add route '(\{[^}]*\} via [\d.]+)/, as: routeOfMessage },
    sent: sent("route"),
    option: sent("option"),
    server: sent("server"),
  },
  expect: [
    { value: "phase", equals: "Pending" },
    { value: "error", matches: /./ },
    { value: "sent", equals: "{value.route}" },
    { value: "server", matches: /^\d/ },
  ],
  timing: { bySeconds: 60, everySeconds: 2 },
  controls: { positive: ["static-net1", "cni-dhcp-ready"] },
  says: {
    holds:
      '{leasedPod} hangs: "{value.error}"; the route {value.route} came from the DHCP server {value.server} in option {value.option}',
    fails:
      "{leasedPod} on {node} does not hang for a route: it is {value.phase}, the event says: {value.error}, the server sent: {value.sent}",
  },
  evidence: [
    describePod,
    { id: "server-conf", at: "dhcp-server", run: ["sh", "-c", "cat /etc/*dnsmasq*.conf"] },
    ...nodeNetwork(""),
  ],
};
