import type { EndPlace, Place, Subjects } from "./check";

/** Values by placeholder name, without the braces. */
export type Facts = Readonly<Record<string, string>>;

/** Known for every subject. */
export const clusterFacts = [
  "nodes.count",
  "nodes.names",
  "namespace",
  "service.ip",
  "service.port",
  "api.ip",
  "dns.ip",
  // What the stack is set to.
  "config.cni",
  "config.dhcpFault",
  "config.dhcpLease",
  "config.dhcpRange",
  "config.macvlanMaster",
  "config.networks",
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
const pairFacts = ["from", "to"].flatMap((end) => ownFacts.map((fact) => `${end}.${fact}`));

/** The placeholders that a check of these subjects may use, `value.*` and `found.*` aside. */
export function factNames(subjects: Subjects): readonly string[] {
  if (subjects === "once") return clusterFacts;
  return [...clusterFacts, ...(subjects === "node" ? ownFacts : pairFacts)];
}

const endPlaces: readonly EndPlace[] = ["node", "pod", "static", "leased"];

/** The places where a step of these subjects may run. */
export function placesOf(subjects: Subjects): readonly Place[] {
  const anywhere: readonly Place[] = ["kubectl", "dhcp-server", "dhcp-log"];
  if (subjects === "once") return anywhere;
  if (subjects === "node") return [...anywhere, ...endPlaces];
  return [
    ...anywhere,
    ...(["from", "to"] as const).flatMap((end) => endPlaces.map((place) => `${end}.${place}` as const)),
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
