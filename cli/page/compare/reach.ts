import type { Comparison } from "../../compare/compare-runs";
import { type Html, html } from "../html";
import { type Matrix, matrices } from "../matrix";
import { matrixTable } from "../sections/reach";

/** Who reaches whom in both runs, where that is not the same. */
export function reachOfBoth({ a, b }: Comparison): Html | undefined {
  const [ofA, ofB] = [matrices(a.verdict), matrices(b.verdict)];
  const both = ofA.flatMap((one) => {
    const other = ofB.find(({ title }) => title === one.title);
    return other === undefined ? [] : [{ one, other }];
  });
  const unlike = both.filter(({ one, other }) => statesOf(one) !== statesOf(other));
  if (both.length === 0) return undefined;
  const alike = both.filter((each) => !unlike.includes(each)).map(({ one }) => one.title);
  return html`<section aria-labelledby="reach"><h2 id="reach">Who reaches whom</h2>
<p>From the node of the row to the node of the column, between pods.${alike.length === 0 ? "" : ` The same in both: ${alike.join("; ")}.`}</p>
${unlike.map(
  ({ one, other }) => html`<div class="sides">
<div>${matrixTable({ ...one, title: `A: ${one.title}` })}</div><div>${matrixTable({ ...other, title: `B: ${other.title}` })}</div></div>`,
)}</section>`;
}

/** What arrives where, without how much of it: numbers are never quite the same. */
function statesOf({ cells }: Matrix): string {
  return cells
    .map(({ from, to, state }) => `${from} ${to} ${state}`)
    .sort()
    .join();
}
