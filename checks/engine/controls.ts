import type { Check } from "../language/check";

/** The checks of the list that must have held before this one is run. */
export function positiveControls(check: Check, checks: readonly Check[]): readonly Check[] {
  return checks.filter(({ id }) => check.controls?.positive?.includes(id));
}

/**
 * How soon the tries of each check get their turn, by its id: the length of the longest chain of positive controls that
 * it is a link of. Who is waited for, or has waited, comes before who stands alone; else a run ends with one long chain
 * that nothing else runs beside.
 */
export function urgencies(checks: readonly Check[]): ReadonlyMap<string, number> {
  const controlsOf = (check: Check) => positiveControls(check, checks);
  const heldUpBy = (check: Check) => checks.filter(({ controls }) => controls?.positive?.includes(check.id));
  const longest = (from: Check, next: (check: Check) => readonly Check[]): number =>
    Math.max(0, ...next(from).map((each) => 1 + longest(each, next)));
  return new Map(checks.map((check) => [check.id, 1 + longest(check, controlsOf) + longest(check, heldUpBy)]));
}
