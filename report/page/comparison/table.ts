import { type CheckPair, type Comparison, isBeside } from "../../compare/compare-runs";
import { idsOf, matchWords, otherValues, whatOf } from "../../compare/words";
import { type Html, html } from "../html";
import { outcomeMark } from "../words";

/** All checks of both runs, what differs first. */
export function tableOfChecks({ checks }: Comparison): Html {
  return html`<section aria-labelledby="checks"><h2 id="checks">Checks of both runs</h2>
<p>What differs stands first. Counterparts are two checks of one thing, of which each run made the one that its CNI or its state asks for.</p>
<div class="scroll" role="region" tabindex="0" aria-label="Table of all checks"><table class="checks">
<thead><tr>${["", "A", "B", "Check", "What"].map((head) => (head === "" ? html`<td></td>` : html`<th scope="col">${head}</th>`))}</tr></thead>
<tbody>${checks.map(row)}</tbody></table></div></section>`;
}

function row(pair: CheckPair): Html {
  const { match, a, b } = pair;
  return html`<tr class="${match}"><td>${matchWords[match]}</td>
<td>${a === undefined ? "–" : outcomeMark(a.outcome)}</td><td>${b === undefined ? "–" : outcomeMark(b.outcome)}</td>
<th scope="row">${ids(pair)}</th><td class="what">${[whatOf(pair), pair.match === "same" ? otherValues(pair) : ""].filter(Boolean).join("; ")}</td></tr>`;
}

function ids(pair: CheckPair): Html {
  const names = idsOf(pair).map((id) => html`<span class="check-id">${id}</span>`);
  return isBeside(pair) ? html`<a href="#${pairAnchor(pair)}">${names}</a>` : html`${names}`;
}

/** Where the evidence of a check stands on the page. */
export function pairAnchor(pair: CheckPair): string {
  return `pair-${idsOf(pair).join("-")}`;
}
