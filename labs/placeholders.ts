import type { Place, Subjects } from "./check";

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
  /** The CNI that the stack is set to. */
  "config.cni",
] as const;

const ownFacts = ["node", "address", "pod", "ip"] as const;
const pairFacts = ["from", "to"].flatMap((end) => ownFacts.map((fact) => `${end}.${fact}`));

/** The placeholders that a check of these subjects may use, `value.*` and `found.*` aside. */
export function factNames(subjects: Subjects): readonly string[] {
  if (subjects === "once") return clusterFacts;
  return [...clusterFacts, ...(subjects === "node" ? ownFacts : pairFacts)];
}

/** The places where a step of these subjects may run. */
export function placesOf(subjects: Subjects): readonly Place[] {
  if (subjects === "once") return ["kubectl"];
  return subjects === "node" ? ["kubectl", "node", "pod"] : ["kubectl", "from.node", "from.pod", "to.node", "to.pod"];
}

// Only a lower-case dotted name in braces is a placeholder: `${X}`, awk's `{print $1}` and JSONPath's `{.status}` are not.
const placeholder = /(?<!\$)\{([a-z]+(?:\.[A-Za-z][A-Za-z0-9]*)?)\}/g;

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
