import type { Check, Step } from "../../checks/language/check";
import { openPorts } from "../../checks/readers/read";
import { routerPort, statusPages, weaveLogs } from "../../components/cni/weave/names";
import { nodeNetwork, nodeServices } from "./evidence";

const page = (id: string, at: Step["at"], path = ""): Step => ({
  id,
  at,
  run: ["curl", "-sS", "-m", "3", `${statusPages}${path}`],
});
const machineId = (id: string, at: Step["at"]): Step => ({ id, at, run: ["cat", "/etc/machine-id"] });

const nameOnPage = { pattern: /^ *Name: ([0-9a-f:]+)\(/m };
const wholeId = { pattern: /^[0-9a-f]{32}$/m };
const soon = { bySeconds: 60, everySeconds: 2 } as const;
const onWeave = { cni: ["weave"] } as const;
const log: Step = {
  id: "log",
  at: "node",
  run: ["sh", "-c", `tail -n 80 ${weaveLogs}`],
};

/** Every router has a name of its own, as every node has an id of its own. */
export const ownPeerNames: Check = {
  id: "own-peer-names",
  title: "Every node has a machine-id of its own, and its Weave router a name of its own",
  subjects: "node",
  when: onWeave,
  steps: [page("status", "node"), machineId("id", "node")],
  read: { name: nameOnPage, machineId: { from: "id", ...wholeId } },
  expect: [
    { value: "name", distinct: true },
    { value: "machineId", distinct: true },
  ],
  timing: soon,
  says: {
    holds: "the router of {node} is {value.name}, the node is {value.machineId}",
    fails: "{node} shares its name or its id: its router is {value.name}, the node is {value.machineId}",
  },
  evidence: [log, ...nodeNetwork("")],
};

/** Two routers that call themselves the same, as their nodes have one id. */
export const samePeerName: Check = {
  id: "same-peer-name",
  title: "The Weave routers of two nodes have the same name, as their nodes have the same machine-id",
  subjects: "node-pair",
  when: onWeave,
  steps: [
    page("from-status", "from.node"),
    page("to-status", "to.node"),
    machineId("from-id", "from.node"),
    machineId("to-id", "to.node"),
  ],
  read: {
    name: { from: "from-status", ...nameOnPage },
    other: { from: "to-status", ...nameOnPage },
    machineId: { from: "from-id", ...wholeId },
    otherId: { from: "to-id", ...wholeId },
  },
  expect: [
    { value: "name", equals: "{value.other}" },
    { value: "machineId", equals: "{value.otherId}" },
  ],
  timing: soon,
  says: {
    holds: "the routers of {from.node} and {to.node} are both {value.name}: both nodes are {value.machineId}",
    fails:
      "the router of {from.node} is {value.name} and that of {to.node} {value.other}; the nodes are {value.machineId} and {value.otherId}",
  },
  evidence: [...nodeNetwork("from."), ...nodeNetwork("to.")],
};

/** A port that a node listens on, and one that it does not. */
const knock = (id: string, port: number): Step => ({
  id,
  at: "from.node",
  run: [
    ...["sh", "-c"],
    `socat -u OPEN:/dev/null TCP4:{to.address}:${port},connect-timeout=2 2>&1 && echo open || echo closed`,
  ],
});

/** The control of all that is said about routers that don't connect: nothing on the way keeps them from it. */
export const weavePort: Check = {
  id: "weave-port",
  title: "A node reaches the other nodes' Weave routers on the LAN, TCP port 6783 (control)",
  subjects: "node-pair",
  reach: { between: "nodes", by: "tcp", to: "6783", sent: 1, arrived: "connected" },
  when: onWeave,
  steps: [knock("weave", routerPort), knock("nobody", 6799)],
  read: {
    weave: { pattern: /^(open|closed)$/m },
    connected: { pattern: /^(open|closed)$/m, as: openPorts },
    nobody: { from: "nobody", pattern: /^(open|closed)$/m },
  },
  expect: [
    { value: "weave", equals: "open" },
    { value: "nobody", equals: "closed" },
  ],
  timing: soon,
  says: {
    holds: "port 6783 of {to.address} is open for {from.node}, and port 6799, where nobody listens, is not",
    fails:
      "on {to.address}, {from.node} finds port 6783 {value.weave}, and port 6799, where nobody listens, {value.nobody}",
  },
  evidence: [...nodeNetwork("from."), ...nodeNetwork("to.")],
};

/** Weave says it itself: whoever bears my name can't be another. */
export const peersCollide: Check = {
  id: "peers-collide",
  title: "Weave refuses to connect the nodes, as their names collide, and gives no addresses out",
  topic: "the CNI on each node",
  subjects: "node",
  when: onWeave,
  steps: [page("status", "node"), page("connections", "node", "/connections")],
  read: {
    addresses: { pattern: /Service: ipam\s+Status: (.+)/ },
    connection: { from: "connections", pattern: /^-> (\S+ +failed .*peer names collision)/m },
    established: { from: "connections", pattern: /^(?:->|<-) (\S+) +established/m },
  },
  expect: [
    { value: "addresses", matches: /^awaiting consensus/ },
    { value: "connection", matches: /./ },
    { value: "established", absent: true },
  ],
  timing: soon,
  controls: { positive: ["weave-port"] },
  says: {
    holds: "{node}: {value.connection}; addresses: {value.addresses}",
    fails:
      "{node} tells of no collision: {value.connection}; connected with {value.established}; addresses: {value.addresses}",
  },
  evidence: [page("peers", "node", "/peers"), page("ipam", "node", "/ipam"), log, ...nodeNetwork("")],
};

const probes = ["-n", "{namespace}", "-l", "app.kubernetes.io/name=probe", "--field-selector", "spec.nodeName={node}"];

/** What a user sees of it. */
export const podsWaitForAddress: Check = {
  id: "pods-wait-for-address",
  title: "Pods hang in ContainerCreating, and have no address",
  subjects: "node",
  when: onWeave,
  steps: [
    { id: "phases", at: "kubectl", run: ["get", "pods", ...probes, "-o", "jsonpath={.items[*].status.phase}"] },
    { id: "addresses", at: "kubectl", run: ["get", "pods", ...probes, "-o", "jsonpath={.items[*].status.podIP}"] },
  ],
  read: { phases: { pattern: /^.+$/ }, address: { from: "addresses", pattern: /[\d.]+/ } },
  expect: [
    { value: "phases", matches: /^Pending( Pending)*$/ },
    { value: "address", absent: true },
  ],
  timing: soon,
  // The kubelet and its runtime are well: it is the network that the pods lack.
  controls: { positive: ["nodes-ready"] },
  says: {
    holds: "the pods of {node} wait ({value.phases}), and none has an address",
    fails: "the pods of {node} don't all wait: they are {value.phases}, and one has {value.address}",
  },
  evidence: [{ id: "describe", at: "kubectl", run: ["describe", "pods", ...probes] }, ...nodeServices("")],
};
