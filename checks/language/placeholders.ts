import { podNetworkKeys } from "../../components/cni/registry";
import type { EndPlace, Place, Subjects } from "./check";

/** Values by placeholder name, without the braces. */
export type Facts = Readonly<Record<string, string>>;

/** Known for every subject. */
export const clusterFacts = [
  "nodes.count",
  "nodes.names",
  "nodes.addresses",
  "namespace",
  "service.ip",
  "service.port",
  "api.ip",
  "dns.ip",
  // Of Confluence: its Service, and how many replicas there are to be.
  "confluence.ip",
  "replicas.count",
  // What the stack is set to.
  "config.cni",
  "config.confluenceImage",
  "config.dhcpFault",
  "config.dhcpLease",
  "config.dhcpRange",
  "config.interface",
  "config.macvlanMaster",
  "config.multicastAddress",
  "config.networks",
  "config.safetyInterval",
  ...podNetworkKeys.map((key) => `config.${key}`),
] as const;

const ownFacts = [
  "node",
  "address",
  "pod",
  "ip",
  // The pod with a static address on its second interface, that address without its prefix, and the interface's MAC.
  "staticPod",
  "staticNet1",
  "staticMac",
  // The same of the pod with an address by DHCP.
  "leasedPod",
  "leasedNet1",
  "leasedMac",
] as const;
/** Of a replica, and of nothing else: its pod, the pod's address, and every address by which others know it, with commas. */
const replicaFacts = ["replicaPod", "replicaIp", "replicaAddresses"] as const;

/** What the ends of each kind of subject are. */
const endsOf: Readonly<
  Record<Subjects, { readonly prefixes: readonly ("" | "from." | "to.")[]; readonly are?: "node" | "replica" }>
> = {
  once: { prefixes: [] },
  node: { prefixes: [""], are: "node" },
  "node-pair": { prefixes: ["from.", "to."], are: "node" },
  "same-node-pair": { prefixes: ["from.", "to."], are: "node" },
  replica: { prefixes: [""], are: "replica" },
  "replica-pair": { prefixes: ["from.", "to."], are: "replica" },
};

/** The placeholders that a check of these subjects may use, `value.*` and `found.*` aside. */
export function factNames(subjects: Subjects): readonly string[] {
  const { prefixes, are } = endsOf[subjects];
  const facts = are === "replica" ? [...ownFacts, ...replicaFacts] : ownFacts;
  return [...clusterFacts, ...prefixes.flatMap((prefix) => facts.map((fact) => `${prefix}${fact}`))];
}

/** The places where a step of these subjects may run. */
export function placesOf(subjects: Subjects): readonly Place[] {
  const { prefixes, are } = endsOf[subjects];
  const ofNode: readonly EndPlace[] = ["node", "pod", "static", "leased"];
  const places: readonly EndPlace[] = are === "replica" ? [...ofNode, "replica"] : ofNode;
  return [
    ...(["kubectl", "dhcp-server", "dhcp-log"] as const),
    ...prefixes.flatMap((prefix) => places.map((place): Place => `${prefix}${place}`)),
  ];
}

// Only a dotted name in braces is a placeholder: `${X}`, awk's `{print $1}` and JSONPath's `{.status}` are not.
const placeholder = /(?<!\$)\{([a-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*)?)\}/g;

/** The placeholders in a text, in order. */
export function placeholdersOf(text: string): readonly string[] {
  return [...text.matchAll(placeholder)].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

/** A placeholder whose value is not known, for instance as the node has no probe pod. */
export class UnknownFact extends Error {
  constructor(readonly fact: string) {
    super(`${fact} is not known`);
    this.name = "UnknownFact";
  }
}

/**
 * Puts facts in the place of placeholders.
 *
 * @param missing what stands for a fact that is not known.
 * @throws UnknownFact when a fact is not known and `missing` is not given.
 */
export function fill(text: string, facts: Facts, missing?: string): string {
  return text.replace(placeholder, (_, name: string) => {
    const value = Object.hasOwn(facts, name) ? facts[name] : missing;
    if (value === undefined) throw new UnknownFact(name);
    return value;
  });
}
