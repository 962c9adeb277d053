import type { Role } from "../../components/lib/networks/names";
import type { Place, Subjects } from "../../labs/check";
import type { Facts } from "../../labs/placeholders";
import type { NodeInfo } from "./access";
import type { ProbePod, Snapshot } from "./snapshot";

/** Whom a check looks at: nothing in particular, one node, or two ends. */
export interface Subject {
  /** As printed: `n1`, `n1 -> n2`, `cluster`. */
  readonly label: string;
  /** As a file name. */
  readonly key: string;
  /** The ends by their prefix in placeholders: "" for a node, `from.` and `to.` for a pair. */
  readonly ends: readonly { readonly prefix: string; readonly node: NodeInfo; readonly nthPod: number }[];
}

/** All subjects of a kind; none when a cluster has too few nodes for it. */
export function subjectsOf(kind: Subjects, nodes: readonly NodeInfo[]): readonly Subject[] {
  switch (kind) {
    case "once":
      return [{ label: "cluster", key: "cluster", ends: [] }];
    case "node":
      return nodes.map((node) => ({ label: node.name, key: node.name, ends: [{ prefix: "", node, nthPod: 0 }] }));
    case "node-pair":
      return nodes.flatMap((from) => nodes.filter((to) => to !== from).map((to) => pair(from, to, 0)));
    case "same-node-pair":
      return nodes.map((node) => pair(node, node, 1));
  }
}

function pair(from: NodeInfo, to: NodeInfo, nthPod: number): Subject {
  const twoPods = nthPod > 0;
  return {
    label: twoPods ? `${from.name}, pod to pod` : `${from.name} -> ${to.name}`,
    key: twoPods ? `${from.name}-pod-to-pod` : `${from.name}-to-${to.name}`,
    ends: [
      { prefix: "from.", node: from, nthPod: 0 },
      { prefix: "to.", node: to, nthPod },
    ],
  };
}

/** The placeholders' values for a subject; a fact that is not known now is absent. */
export function factsOf(subject: Subject, snapshot: Snapshot): Facts {
  const own = subject.ends.flatMap(({ prefix, node, nthPod }) => {
    const pod = podsOn(node.name, snapshot)[nthPod];
    return [
      [`${prefix}node`, node.name],
      [`${prefix}address`, node.address],
      ...(pod === undefined
        ? []
        : [
            [`${prefix}pod`, pod.name],
            [`${prefix}ip`, pod.ip],
          ]),
      ...(["static", "leased"] as const).flatMap((role) => roleFacts(prefix, role, node.name, snapshot)),
    ];
  });
  return { ...snapshot.facts, ...Object.fromEntries(own) };
}

function roleFacts(prefix: string, role: Role, node: string, { multihomed }: Snapshot): string[][] {
  const pod = multihomed.find((one) => one.role === role && one.node === node);
  const facts = { Pod: pod?.name, Net1: pod?.address, Mac: pod?.mac };
  return Object.entries(facts).flatMap(([fact, value]) =>
    value === undefined ? [] : [[`${prefix}${role}${fact}`, value]],
  );
}

/** The prefix of the end that a place names: `from.pod` is the pod of `from.`. */
export function prefixOf(place: Place): string {
  return place.startsWith("from.") ? "from." : place.startsWith("to.") ? "to." : "";
}

function podsOn(node: string, snapshot: Snapshot): readonly ProbePod[] {
  return snapshot.pods.filter((pod) => pod.node === node);
}
