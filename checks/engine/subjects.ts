import type { Role } from "../../components/networks/names";
import type { Place, Subjects } from "../language/check";
import type { Facts } from "../language/placeholders";
import type { NodeInfo } from "./access";
import type { Snapshot } from "./snapshot";

/** Whom a check looks at: nothing in particular, one thing, or two. */
export interface Subject {
  /** As printed: `n1`, `n1 -> n2`, `cluster`. */
  readonly label: string;
  /** As a file name. */
  readonly key: string;
  /** The ends by their prefix in placeholders: "" for one thing, `from.` and `to.` for a pair. */
  readonly ends: readonly (End & { readonly prefix: string })[];
}

/** A node, or a replica wherever it is just now. */
interface End {
  readonly name: string;
  /** The placeholders' values, without a prefix; a fact that is not known now is absent. */
  readonly facts: (snapshot: Snapshot) => Facts;
}

/** What there is to look at. */
export interface Lookout {
  readonly nodes: readonly NodeInfo[];
  /** The names of all replicas that there are to be. */
  readonly replicas: readonly string[];
}

/** All subjects of a kind; none when a cluster has too few nodes, or replicas, for it. */
export function subjectsOf(kind: Subjects, { nodes, replicas }: Lookout): readonly Subject[] {
  switch (kind) {
    case "once":
      return [{ label: "cluster", key: "cluster", ends: [] }];
    case "node":
      return nodes.map((node) => single(nodeEnd(node)));
    case "node-pair":
      return pairs(nodes.map((node) => nodeEnd(node)));
    case "same-node-pair":
      return nodes.map((node) => ({
        label: `${node.name}, pod to pod`,
        key: `${node.name}-pod-to-pod`,
        ends: [
          { prefix: "from.", ...nodeEnd(node) },
          { prefix: "to.", ...nodeEnd(node, 1) },
        ],
      }));
    case "replica":
      return replicas.map((name) => single(replicaEnd(name, nodes)));
    case "replica-pair":
      return pairs(replicas.map((name) => replicaEnd(name, nodes)));
  }
}

function single(end: End): Subject {
  return { label: end.name, key: end.name, ends: [{ prefix: "", ...end }] };
}

function pairs(all: readonly End[]): Subject[] {
  return all.flatMap((from) =>
    all
      .filter((to) => to !== from)
      .map((to) => ({
        label: `${from.name} -> ${to.name}`,
        key: `${from.name}-to-${to.name}`,
        ends: [
          { prefix: "from.", ...from },
          { prefix: "to.", ...to },
        ],
      })),
  );
}

/** @param nthPod which of the node's probe pods is looked through */
function nodeEnd({ name, address }: NodeInfo, nthPod = 0): End {
  const facts = (snapshot: Snapshot) => {
    const pod = snapshot.pods.filter(({ node }) => node === name)[nthPod];
    return {
      node: name,
      address,
      ...known({ pod: pod?.name, ip: pod?.ip }),
      ...roleFacts("static", name, snapshot),
      ...roleFacts("leased", name, snapshot),
    };
  };
  return { name, facts };
}

/** A replica that is on no node just now has a name, and nothing else. */
function replicaEnd(name: string, nodes: readonly NodeInfo[]): End {
  const facts = (snapshot: Snapshot) => {
    const replica = snapshot.replicas?.find((one) => one.name === name);
    const node = nodes.find((one) => one.name === replica?.node);
    return {
      ...(node === undefined ? {} : nodeEnd(node).facts(snapshot)),
      replicaPod: name,
      ...known({ replicaIp: replica?.ip, replicaAddresses: replica?.addresses.join(",") || undefined }),
    };
  };
  return { name, facts };
}

function roleFacts(role: Role, node: string, { multihomed }: Snapshot): Facts {
  const pod = multihomed.find((one) => one.role === role && one.node === node);
  return known({ [`${role}Pod`]: pod?.name, [`${role}Net1`]: pod?.address, [`${role}Mac`]: pod?.mac });
}

/** Facts without those that are not known. */
function known(facts: Readonly<Record<string, string | undefined>>): Facts {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([fact, value]) => (value === undefined ? [] : [[fact, value]])),
  );
}

/** The placeholders' values for a subject; a fact that is not known now is absent. */
export function factsOf(subject: Subject, snapshot: Snapshot): Facts {
  const own = subject.ends.flatMap(({ prefix, facts }) =>
    Object.entries(facts(snapshot)).map(([fact, value]) => [`${prefix}${fact}`, value]),
  );
  return { ...snapshot.facts, ...Object.fromEntries(own) };
}

/** The prefix of the end that a place names: `from.pod` is the pod of `from.`. */
export function prefixOf(place: Place): string {
  return place.startsWith("from.") ? "from." : place.startsWith("to.") ? "to." : "";
}
