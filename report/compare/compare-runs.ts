import type { CheckVerdict, SubjectVerdict } from "../../checks/engine/verdict";
import type { Versions } from "../../checks/engine/versions";
import { repositoryOf, type StoredRun } from "./stored-run";

/** Something that two runs tell differently; a side is absent where its run tells nothing of it. */
export interface Difference {
  readonly name: string;
  readonly a?: string;
  readonly b?: string;
}

/** One subject of a check, in both runs or in one. */
export interface SubjectPair {
  readonly subject: string;
  readonly a?: SubjectVerdict;
  readonly b?: SubjectVerdict;
  /** Both were looked at, and ended differently or were looked at by counterparts. */
  readonly differs: boolean;
  /** Values that were read on both sides, and are not the same. */
  readonly values: readonly Difference[];
}

/**
 * How a check compares: it ended differently; each run made a counterpart of the other's, on one thing; only one run made
 * it; it ended alike.
 */
export type Match = "differs" | "counterpart" | "only-a" | "only-b" | "same";

/** One check in both runs, two on one topic, or one that the other run did not make. */
export interface CheckPair {
  readonly match: Match;
  /** The topic of counterparts, else the check's title. */
  readonly title: string;
  readonly a?: CheckVerdict;
  readonly b?: CheckVerdict;
  readonly subjects: readonly SubjectPair[];
}

/** Two runs beside each other. */
export interface Comparison {
  readonly a: StoredRun;
  readonly b: StoredRun;
  /** Config values that differ; undefined where a run is from before they were kept. */
  readonly values?: readonly Difference[];
  readonly versions: readonly Difference[];
  /** What differs first; otherwise in the order in which the runs have them. */
  readonly checks: readonly CheckPair[];
}

/** Matches in the order in which they are shown. */
export const matches: readonly Match[] = ["differs", "counterpart", "only-a", "only-b", "same"];

/** Whether what both runs saw of it is worth a look side by side. */
export function isBeside({ match }: CheckPair): boolean {
  return match === "differs" || match === "counterpart";
}

/** The subjects that tell how the runs differ in a check: those that differ, or all where a check does as a whole. */
export function toldSubjects({ subjects }: CheckPair): readonly SubjectPair[] {
  const differing = subjects.filter(({ differs }) => differs);
  return differing.length > 0 ? differing : subjects;
}

/** Puts two runs beside each other. */
export function compareRuns(a: StoredRun, b: StoredRun): Comparison {
  const pairs = pairsOf(a.verdict.checks, b.verdict.checks);
  return {
    a,
    b,
    values:
      a.verdict.values === undefined || b.verdict.values === undefined
        ? undefined
        : differences(a.verdict.values, b.verdict.values),
    versions: differences(versionsOf(a.verdict.versions), versionsOf(b.verdict.versions)),
    checks: matches.flatMap((match) => pairs.filter((pair) => pair.match === match)),
  };
}

/** Checks of one name first; of the others those that are about one thing. */
function pairsOf(a: readonly CheckVerdict[], b: readonly CheckVerdict[]): readonly CheckPair[] {
  const idsOfA = a.map(({ id }) => id);
  const left = b.filter(({ id }) => !idsOfA.includes(id));
  const ofA = a.map((check) => {
    const same = b.find(({ id }) => id === check.id);
    if (same !== undefined) return pairOf(check, same);
    const at = left.findIndex(({ topic }) => topic !== undefined && topic === check.topic);
    return pairOf(check, at < 0 ? undefined : left.splice(at, 1)[0]);
  });
  return [...ofA, ...left.map((check) => pairOf(undefined, check))];
}

function pairOf(a: CheckVerdict | undefined, b: CheckVerdict | undefined): CheckPair {
  const counterparts = a !== undefined && b !== undefined && a.id !== b.id;
  const subjects = subjectPairs(a?.subjects ?? [], b?.subjects ?? [], counterparts);
  const title = counterparts ? a.topic : (a ?? b)?.title;
  return { match: matchOf(), title: title ?? "", a, b, subjects };

  function matchOf(): Match {
    if (a === undefined) return "only-b";
    if (b === undefined) return "only-a";
    if (counterparts) return "counterpart";
    return a.outcome !== b.outcome || subjects.some(({ differs }) => differs) ? "differs" : "same";
  }
}

function subjectPairs(
  a: readonly SubjectVerdict[],
  b: readonly SubjectVerdict[],
  counterparts: boolean,
): SubjectPair[] {
  const names = [...new Set([...a, ...b].map(({ subject }) => subject))];
  return names.map((name) => {
    const [one, other] = [a, b].map((side) => side.find(({ subject }) => subject === name));
    if (one === undefined || other === undefined) {
      return { subject: name, a: one, b: other, differs: false, values: [] };
    }
    const read = differences(one.values, other.values).filter((each) => each.a !== undefined && each.b !== undefined);
    return { subject: name, a: one, b: other, differs: counterparts || one.outcome !== other.outcome, values: read };
  });
}

/** What of two sets of named texts is not the same, by name. */
export function differences(
  a: Readonly<Record<string, string | undefined>>,
  b: Readonly<Record<string, string | undefined>>,
): Difference[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return names.flatMap((name) => (a[name] === b[name] ? [] : [{ name, a: a[name], b: b[name] }]));
}

/** The versions of a run by name. Nodes mostly have the same: then it stands once. */
function versionsOf({ kubernetes, kubectl, nodes, images }: Versions): Readonly<Record<string, string | undefined>> {
  const ofNodes = (read: (node: Versions["nodes"][number]) => string) =>
    [...new Set(nodes.map(read))].sort().join(", ") || undefined;
  const repositories = [...new Set(images.map(repositoryOf))];
  return {
    Kubernetes: kubernetes,
    kubectl,
    kubelet: ofNodes(({ kubelet }) => kubelet),
    "container runtime": ofNodes(({ runtime }) => runtime),
    system: ofNodes(({ os }) => os),
    kernel: ofNodes(({ kernel }) => kernel),
    ...Object.fromEntries(repositories.map((name) => [name, tagsOf(name, images)])),
  };
}

function tagsOf(repository: string, images: readonly string[]): string {
  const own = images.filter((image) => repositoryOf(image) === repository);
  return own.map((image) => image.slice(repository.length + 1) || "no tag").join(", ");
}
