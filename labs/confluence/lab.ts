import type { Expectation, Values } from "../../checks/language/values";
import { confluenceHealthy, confluenceSymptom } from "../checks/confluence";
import { multicastSameNode, multicastStaysOnNode, udpAcrossNodes } from "../checks/datagrams";
import { healthyNetwork, podNetwork } from "../checks/healthy";
import type { Lab } from "../format/lab-data";
import { lesson } from "./lesson";

/** A cluster of Confluence whose members look for each other by multicast, on a network that carries none. */
export const lab: Lab = {
  id: "confluence",
  title: "Confluence Data Center on two nodes: its members take turns to panic, as Flannel carries no multicast",
  bug: "members find each other by multicast, and the CNI carries unicast only",
  symptom: "each member is a cluster of its own, and on their one database they panic in turn and are restarted",
  minutes: 3,
  memoryMiB: 1750,
  values: {
    cni: "flannel",
    nodes: "3",
    networks: "macvlan-conf,macvlan-conf-2",
    confluence: "on",
    replicas: "2",
    livenessProbe: "status",
  },
  broken: [{ cni: "flannel", join: "multicast", interface: "eth0", spread: "node" }],
  fixed: [{ cni: "weave" }],
  checks: {
    healthy: healthyNetwork,
    symptom: [...podNetwork, udpAcrossNodes, multicastSameNode, multicastStaysOnNode, ...confluenceSymptom],
  },
  lesson,
  matrix: {
    rowsAre: "members find each other by",
    cnis: ["flannel", "weave"],
    rows: [
      row("multicast", {}, "symptom"),
      row("multicast, TTL 32", { multicastTtl: "32" }, "symptom"),
      row("multicast, all on one node", { spread: "together" }, "healthy"),
      row("addresses (tcp_ip)", { join: "tcpIp" }, "healthy"),
      row("the API server (kubernetes)", { join: "kubernetes" }, "healthy"),
      row("multicast on net1", { interface: "net1" }, "healthy"),
    ],
    checks: { healthy: confluenceHealthy, symptom: confluenceSymptom },
    evidence: { healthy: "members", symptom: "panic" },
  },
};

/** One way, with what it is like on Flannel; on Weave all are well. */
function row(name: string, values: Values, flannel: Expectation) {
  const usual = { join: "multicast", interface: "eth0", spread: "node", multicastTtl: "1" };
  return { name, values: { ...usual, ...values }, expect: { flannel, weave: "healthy" as const } };
}
