import { distance } from "fastest-levenshtein";
import type { Problem } from "./user-error";

/** The one of `allowed` that was probably meant; undefined when none is near. */
export function nearest(word: string, allowed: readonly string[]): string | undefined {
  const [best] = allowed
    .map((candidate) => ({ candidate, steps: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, steps }) => steps <= Math.max(1, Math.floor(candidate.length * 0.4)))
    .sort((a, b) => a.steps - b.steps);
  return best?.candidate;
}

/** The refusal of a word that is not one of `allowed`: what stood there, what is allowed, what was meant. */
export function refusal(field: string, word: string, allowed: readonly string[], otherwise?: string): Problem {
  const meant = nearest(word, allowed);
  return {
    field,
    value: word,
    rule: allowed.length === 0 ? "is not known, and there is none yet" : `must be one of: ${allowed.join(", ")}`,
    fix: meant === undefined ? otherwise : `did you mean ${meant}?`,
  };
}
