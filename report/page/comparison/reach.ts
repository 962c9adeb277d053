import type { Comparison } from "../../compare/compare-runs";
import { type Html, html } from "../html";
import { type Matrix, matrices } from "../matrix";
import { matrixTable } from "../sections/reach";
import { andList } from "../words";

/** Who reaches whom in both runs, where that is not the same. */
export function reachOfBoth({ a, b }: Comparison): Html | undefined {
  const [ofA, ofB] = [matrices(a.verdict), matrices(b.verdict)];
  const silent = [a, b].filter((_, i) => [ofA, ofB][i]?.length === 0).map(({ id }) => id);
  if (silent.length === 2) return undefined;
  const both = ofA.flatMap((one) => {
    const other = ofB.find(({ title }) => title === one.title);
    return other === undefined ? [] : [{ one, other }];
  });
  const unlike = both.filter(({ one, other }) => statesOf(one) !== statesOf(other));
  const alike = both.filter((each) => !unlike.includes(each)).map(({ one }) => one.title);
  const notes = [
    ...(silent.length === 0
      ? []
      : [`Of ${silent.join()} it is not known: nothing was sent, or the run is from before it was kept.`]),
    ...told("The same in both", alike),
    ...told("Only in A", titlesNotIn(ofB, ofA)),
    ...told("Only in B", titlesNotIn(ofA, ofB)),
  ];
  return html`<section aria-labelledby="reach"><h2 id="reach">Who reaches whom</h2>
<p>From the row to the column; what was sent, and by whom, stands above each table.${notes.map((note) => ` ${note}`)}</p>
${unlike.map(
  ({ one, other }) => html`<div class="sides">
<div>${matrixTable({ ...one, title: `A: ${one.title}` })}</div><div>${matrixTable({ ...other, title: `B: ${other.title}` })}</div></div>`,
)}</section>`;
}

function told(words: string, titles: readonly string[]): string[] {
  return titles.length === 0 ? [] : [`${words}: ${andList(titles)}.`];
}

function titlesNotIn(others: readonly Matrix[], own: readonly Matrix[]): string[] {
  return own.map(({ title }) => title).filter((title) => !others.some((other) => other.title === title));
}

/** What arrives where, without how much of it: numbers are never quite the same. */
function statesOf({ cells }: Matrix): string {
  return cells
    .map(({ from, to, state }) => `${from} ${to} ${state}`)
    .sort()
    .join();
}
