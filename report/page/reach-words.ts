import type { Between, By, Reach } from "../../checks/language/reach";

const whose: Readonly<Record<Between, { readonly title: string; readonly sent: string }>> = {
  pods: { title: "Pods", sent: "from a pod to a pod" },
  nodes: { title: "Nodes on the LAN", sent: "from a node to a node, without the pods' network" },
  "net1-static": { title: "Pods by net1, static addresses", sent: "from a pod to a pod, by net1" },
  "net1-leased": { title: "Pods by net1, leased addresses", sent: "from a pod to a pod, by net1" },
  "pod-and-replica": { title: "Replicas", sent: "from a pod on the first one's node to the other" },
};

const what: Readonly<Record<By, { readonly title: string; readonly one: string; readonly many: string }>> = {
  ping: { title: "unicast", one: "ping", many: "pings" },
  "large-ping": {
    title: "unicast, large packets",
    one: "uncut ping as large as the interface allows",
    many: "uncut pings as large as the interface allows",
  },
  udp: { title: "unicast, UDP", one: "datagram", many: "datagrams" },
  tcp: { title: "unicast, TCP", one: "connection", many: "connections" },
  multicast: { title: "multicast", one: "datagram", many: "datagrams" },
};

/** What a table of who reaches whom is called. */
export function reachTitle({ between, by }: Reach): string {
  return `${whose[between].title}: ${what[by].title}`;
}

/** What was sent, and between whom. @param counts how many at a time, each that occurs */
export function sentWords({ between, by, to }: Reach, counts: readonly number[]): string {
  const [count, ...others] = new Set(counts);
  const noun = count === 1 && others.length === 0 ? what[by].one : what[by].many;
  const number = count === undefined || others.length > 0 ? "" : `${count} `;
  const target = to === undefined ? "" : by === "tcp" ? ` to port ${to}` : ` to ${to}`;
  return `${number}${noun}${target}${target === "" ? " " : ", "}${whose[between].sent}`;
}
