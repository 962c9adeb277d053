import type { Html } from "../html";
import { type Fault, type Place, placeKey } from "./faults";
import { badge, type Tone } from "./shapes";

/** How a part is coloured, and the numbers of its faults. */
export function stateOf(
  place: Place,
  faults: readonly Fault[],
): { readonly tone: Tone; readonly numbers: readonly number[] } {
  const key = placeKey(place);
  const numbers = faults.flatMap(({ at }, i) => (at.some((each) => placeKey(each) === key) ? [i + 1] : []));
  const kinds = numbers.map((number) => faults[number - 1]?.kind);
  return { tone: kinds.includes("broken") ? "broken" : kinds.length > 0 ? "limit" : "plain", numbers };
}

/** The numbers of a part's faults, side by side from a point to the left. */
export function badges(x: number, y: number, place: Place, faults: readonly Fault[]): Html[] {
  return stateOf(place, faults).numbers.map((number, i) =>
    badge(x - i * 25, y, number, faults[number - 1]?.kind ?? "broken"),
  );
}
