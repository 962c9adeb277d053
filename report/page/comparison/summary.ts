import type { Comparison, Difference } from "../../compare/compare-runs";
import type { StoredRun } from "../../compare/stored-run";
import { stateOf, summaryLine, valuesUnknown } from "../../compare/words";
import { type Html, html } from "../html";
import { moment } from "../words";

/** Where the pages of the two runs lie, from the folder of this one; absent where a run has none. */
export interface RunPages {
  readonly a?: string;
  readonly b?: string;
}

/** The two runs, and how many of their checks compare in which way. */
export function compareSummary({ a, b, checks }: Comparison, pages: RunPages): Html {
  return html`<header class="compared">
<p class="where">cni-lab, two runs compared</p>
<h1>${a.stack === b.stack ? a.stack : `${a.stack} and ${b.stack}`}</h1>
<p class="tally">${summaryLine(checks)}.</p>
<div class="sides">${runPart("A", a, pages.a)}${runPart("B", b, pages.b)}</div>
</header>`;
}

/** What was otherwise about the runs before anything was checked. */
export function settings({ a, b, values, versions }: Comparison): Html {
  return html`<section aria-labelledby="settings"><h2 id="settings">What was set otherwise</h2>
${values === undefined ? html`<p>Values: ${valuesUnknown([a, b])}.</p>` : differenceTable("Values", values)}
${differenceTable("Versions", versions)}</section>`;
}

function runPart(side: string, { id, verdict }: StoredRun, page: string | undefined): Html {
  return html`<div><p><b>${side}</b>: ${page === undefined ? id : html`<a href="${page}">${id}</a>`}</p>
<p>${moment(verdict.startedAt)}. ${stateOf(verdict)}.</p></div>`;
}

function differenceTable(title: string, all: readonly Difference[]): Html {
  if (all.length === 0) return html`<p>${title}: the same.</p>`;
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${title} that differ"><table>
<caption>${title} that differ</caption>
<thead><tr><td></td><th scope="col">A</th><th scope="col">B</th></tr></thead>
<tbody>${all.map(({ name, a = "–", b = "–" }) => html`<tr><th scope="row">${name}</th><td>${a}</td><td>${b}</td></tr>`)}</tbody></table></div>`;
}
