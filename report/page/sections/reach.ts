import { type Html, html } from "../html";
import { type Cell, type Matrix, matrices } from "../matrix";
import type { PageModel } from "../model";
import { outcomeWords } from "../words";

/** Who reaches whom: a table for each way of sending. */
export function reach({ verdict }: PageModel): Html | undefined {
  const all = matrices(verdict);
  if (all.length === 0) return undefined;
  return html`<section aria-labelledby="reach"><h2 id="reach">Who reaches whom</h2>
<p>From the row to the column; what was sent, and by whom, stands above each table. An empty circle is a place where nothing arrived.</p>
<div class="matrices">${all.map(matrixTable)}</div></section>`;
}

/** One way of sending as a table. */
export function matrixTable({ title, sent, nodes, cells }: Matrix): Html {
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${title}"><table class="matrix">
<caption>${title}<span class="sent">${sent}</span></caption>
<thead><tr><td></td>${nodes.map((node) => html`<th scope="col">to ${node}</th>`)}</tr></thead>
<tbody>${nodes.map((from) => html`<tr><th scope="row">${from}</th>${nodes.map((to) => cell(cells, from, to))}</tr>`)}</tbody>
</table></div>`;
}

const signs: Readonly<Record<Cell["state"], string>> = { arrives: "●", partly: "◐", nothing: "○", unknown: "?" };

function cell(cells: readonly Cell[], from: string, to: string): Html {
  const found = cells.find((each) => each.from === from && each.to === to);
  if (found === undefined) return html`<td class="none">–</td>`;
  const { state, got, of, milliseconds, outcome } = found;
  const number = got === undefined ? "not seen" : `${got} of ${of}`;
  const time = milliseconds === undefined ? undefined : html`<span class="ms">${milliseconds} ms</span>`;
  const note =
    outcome === "passed"
      ? state === "nothing"
        ? html`<span class="note">as expected</span>`
        : undefined
      : html`<span class="note">${outcomeWords[outcome].word}</span>`;
  const tone = outcome === "passed" ? state : `${state} unexpected`;
  return html`<td class="${tone}"><span aria-hidden="true">${signs[state]}</span> ${number}${time}${note}</td>`;
}
