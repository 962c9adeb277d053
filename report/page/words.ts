import type { Outcome } from "../../checks/engine/verdict";
import { type Html, html } from "./html";

/** An outcome in a word, with a sign that needs no colour. */
export const outcomeWords: Readonly<Record<Outcome, { readonly sign: string; readonly word: string }>> = {
  passed: { sign: "✓", word: "holds" },
  failed: { sign: "✕", word: "does not hold" },
  inconclusive: { sign: "?", word: "unproven" },
  "not-applicable": { sign: "–", word: "not applicable" },
};

/** An outcome as a mark. */
export function outcomeMark(outcome: Outcome): Html {
  const { sign, word } = outcomeWords[outcome];
  return html`<span class="mark ${outcome}"><span aria-hidden="true">${sign}</span> ${word}</span>`;
}

/** A moment as people read it: `25 November 2026, 18:31:02 UTC`. */
export function moment(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const day = date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  return `${day}, ${date.toISOString().slice(11, 19)} UTC`;
}

/** `1 check`, `2 checks`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function andList(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
