import { owns } from "./audit";
import { type Fact, type FactKind, missingFrom, type NodeListing } from "./fingerprint";

/**
 * Says in words what a node will lose when the cluster is set to another CNI.
 *
 * @param next the CNI that it is to have, or "none".
 * @param isExclusive whether a CNI can be on no node together with another one
 * @returns one sentence for each CNI that leaves; none when nothing on the node is another's.
 */
export function swapPlan(
  { before, now, cnis, pods }: NodeListing,
  next: string,
  isExclusive: (cni: string) => boolean,
): string[] {
  const stays = cnis.find(({ cni }) => cni === next);
  const since = missingFrom(before, now).filter((fact) => stays === undefined || !owns(stays, fact, { before, now }));
  return cnis
    .filter(({ cni }) => cni !== next)
    .flatMap((residue) => {
      const made = since.filter((fact) => owns(residue, fact, { before, now }));
      if (made.length === 0) {
        return [];
      }
      if (isExclusive(residue.cni) && next !== "none") {
        return [
          `${residue.cni} can't leave for ${next} in one update, and this one will be refused: set cni to none first`,
        ];
      }
      const moved = pods.filter(({ network }) => network === residue.networkName).map(({ id }) => id);
      return [`${residue.cni} leaves: ${fate(moved, next)}; removed after that: ${goods(made)}`];
    });
}

function fate(pods: readonly string[], next: string): string {
  if (pods.length === 0) {
    return "no pod is on its network";
  }
  const listed = `${pods.length} pod${pods.length === 1 ? "" : "s"} (${[...pods].sort().join(", ")})`;
  return next === "none"
    ? `${listed} ${pods.length === 1 ? "loses its" : "lose their"} network`
    : `${listed} ${pods.length === 1 ? "is" : "are"} recreated on ${next}, one by one`;
}

const kinds: readonly (readonly [FactKind, one: string, many: string])[] = [
  ["link", "link", "links"],
  ["route", "route", "routes"],
  ["chain", "iptables chain", "iptables chains"],
  ["rule", "iptables rule", "iptables rules"],
  ["ipset", "ipset", "ipsets"],
  ["file", "file", "files"],
  ["folder", "folder", "folders"],
  ["annotation", "node annotation", "node annotations"],
];

/** Links, folders and the like by name; of rules and of files in a folder that goes, the number. */
function goods(facts: readonly Fact[]): string {
  return kinds
    .flatMap(([kind, one, many]) => {
      // A pod's link and its records go with the pod.
      const names = facts.filter((fact) => fact.kind === kind && !isOfPod(fact)).map(({ name }) => name);
      if (names.length === 0) return [];
      const what = names.length === 1 ? one : many;
      return kind === "rule" ? [`${names.length} ${what}`] : [`${what} ${names.sort().join(", ")}`];
    })
    .join("; ");
}

const isOfPod = ({ kind, name, peer }: Fact): boolean =>
  (kind === "link" && peer !== undefined) || (kind === "file" && name.startsWith("/var/lib/cni/"));
