import type { CheckPair, Comparison, Match } from "../../compare/compare-runs";
import { type Html, html } from "../html";
import { outcomeMark } from "../words";

const titles = { "only-a": "Only in A", "only-b": "Only in B" } as const satisfies Partial<Record<Match, string>>;

/** What only one run has looked at in all its subjects' words, and what was read otherwise where both ended alike. */
export function others({ checks }: Comparison): Html | undefined {
  const unlike = checks.filter(
    ({ match, subjects }) => match === "same" && subjects.some(({ values }) => values.length > 0),
  );
  const parts = [
    ...(["only-a", "only-b"] as const).flatMap((match) => {
      const own = checks.filter((pair) => pair.match === match);
      return own.length === 0 ? [] : [html`<h3>${titles[match]}</h3>${own.map(onlyOne)}`];
    }),
    ...(unlike.length === 0 ? [] : [html`<h3>The same result, other values</h3>${unlike.map(otherValues)}`]),
  ];
  if (parts.length === 0) return undefined;
  return html`<section aria-labelledby="others"><h2 id="others">The other checks</h2>${parts}</section>`;
}

function onlyOne({ a, b, title }: CheckPair): Html {
  const check = a ?? b;
  if (check === undefined) return html``;
  return html`<details class="check"><summary><span class="line">${outcomeMark(check.outcome)}<span class="title">${title}</span><span class="id">${check.id}</span></span></summary>
${check.says === undefined ? undefined : html`<p>${check.says}.</p>`}
<ul class="subjects">${check.subjects.map(({ subject, outcome, says }) => html`<li>${outcomeMark(outcome)} <b>${subject}</b>: ${says}</li>`)}</ul></details>`;
}

function otherValues({ a, title, subjects }: CheckPair): Html {
  const rows = subjects.flatMap(({ subject, values }) => values.map((value) => ({ subject, ...value })));
  return html`<details class="check"><summary><span class="line">${a === undefined ? undefined : outcomeMark(a.outcome)}<span class="title">${title}</span><span class="id">${a?.id}</span></span></summary>
<div class="scroll" role="region" tabindex="0" aria-label="Values of ${title}"><table>
<thead><tr>${["Subject", "Value", "A", "B"].map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr><th scope="row">${row.subject}</th><td>${row.name}</td><td>${row.a}</td><td>${row.b}</td></tr>`)}</tbody></table></div></details>`;
}
