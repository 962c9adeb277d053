import { headline } from "../../checks/engine/headline";
import type { Verdict } from "../../checks/engine/verdict";
import { type CheckPair, type Match, matches } from "./compare-runs";
import { cniOf, type StoredRun } from "./stored-run";

/** A match in words. */
export const matchWords: Readonly<Record<Match, string>> = {
  differs: "differs",
  counterpart: "counterpart",
  "only-a": "only in A",
  "only-b": "only in B",
  same: "same",
};

/** How a run ended, and on which CNI. */
export function stateOf(verdict: Verdict): string {
  const { checks } = verdict;
  const held = checks.filter(({ outcome }) => outcome === "passed").length;
  return `${headline(verdict)}, ${held} of ${checks.length} checks hold; CNI ${cniOf(verdict) ?? "not known"}`;
}

/** How many checks there are of each match. */
export function summaryLine(checks: readonly CheckPair[]): string {
  const counts = matches.flatMap((match) => {
    const n = checks.filter((pair) => pair.match === match).length;
    return n === 0 ? [] : [`${n} ${countWords(match, n)}`];
  });
  return `Checks: ${counts.join(", ")}`;
}

function countWords(match: Match, n: number): string {
  if (match === "counterpart") return n === 1 ? "counterpart" : "counterparts";
  return match === "differs" && n > 1 ? "differ" : matchWords[match];
}

/** Why the values of two runs can't be compared. */
export function valuesUnknown(runs: readonly StoredRun[]): string {
  const old = runs.filter(({ verdict }) => verdict.values === undefined).map(({ id }) => id);
  return `not known, as ${old.join(" and ")} did not keep them; a new run does`;
}

/** The checks' names: one, or the two of counterparts, A's first. */
export function idsOf({ a, b }: Pick<CheckPair, "a" | "b">): readonly string[] {
  return [...new Set([a?.id, b?.id].flatMap((id) => id ?? []))];
}

/** Which values were read otherwise; empty where none was. */
export function otherValues({ subjects }: Pick<CheckPair, "subjects">): string {
  const names = [...new Set(subjects.flatMap(({ values }) => values.map(({ name }) => name)))];
  return names.length === 0 ? "" : `read otherwise: ${names.join(", ")}`;
}

/** A check's title, or what it has shown where only one run made it. */
export function whatOf({ match, title, a, b }: CheckPair): string {
  const only = match === "only-a" ? a : match === "only-b" ? b : undefined;
  const [first, ...others] = only?.subjects ?? [];
  const says = only?.says ?? first?.says;
  if (says === undefined) return title;
  return only?.says === undefined && others.length > 0 ? `${says}; ${others.length} more` : says;
}
