import { headline } from "../../../checks/engine/headline";
import { seconds } from "../../../checks/engine/text";
import type { CheckVerdict, Verdict } from "../../../checks/engine/verdict";
import { type Html, html } from "../html";
import type { PageModel } from "../model";
import { count, moment, outcomeWords } from "../words";

/** The verdict, what the lab is about, and why it is not as expected where it is not. */
export function summary({ verdict, run }: PageModel): Html {
  const state = verdict.asExpected ? (verdict.expect === "healthy" ? "good" : "shown") : "bad";
  return html`<header class="${state}">
<p class="where">cni-lab, stack <b>${run.stack}</b>, ${moment(verdict.startedAt)}</p>
<h1><span class="sign" aria-hidden="true">${{ good: "✓", shown: "!", bad: "✕" }[state]}</span> ${headline(verdict)}</h1>
<p class="tally">${tally(verdict)}, in ${seconds(verdict.seconds)}.</p>
${(run.changed ?? []).map((line) => html`<p class="changed">Stack ${run.stack}, ${line}.</p>`)}
</header>
<dl class="about">
${row("What this is", run.title)}
${row("Bug", run.bug)}
${row("Symptom", run.symptom)}
<div><dt>Set to</dt><dd class="values">${Object.entries(run.values).map(([key, value]) => html`<code>${key}=${value}</code> `)}</dd></div>
</dl>
${reasons(verdict)}
${shown(verdict, run.shownBy)}`;
}

function row(name: string, text: string | undefined): Html | undefined {
  return text === undefined ? undefined : html`<div><dt>${name}</dt><dd>${text}</dd></div>`;
}

function tally({ checks }: Verdict): string {
  const of = (outcome: CheckVerdict["outcome"]) => checks.filter((check) => check.outcome === outcome).length;
  const rest = (["failed", "inconclusive", "not-applicable"] as const)
    .filter((outcome) => of(outcome) > 0)
    .map((outcome) => `${of(outcome)} ${outcome === "failed" ? "failed" : outcomeWords[outcome].word}`);
  return [`${of("passed")} of ${count(checks.length, "check")} hold`, ...rest].join(", ");
}

/** What does not hold, with the causes that the evidence shows. */
function reasons({ checks }: Verdict): Html | undefined {
  const bad = checks.filter(({ outcome }) => outcome === "failed" || outcome === "inconclusive");
  if (bad.length === 0) return undefined;
  return html`<section aria-labelledby="why"><h2 id="why">What is not as expected</h2>
<ul class="reasons">${bad.map(reason)}</ul></section>`;
}

function reason(check: CheckVerdict): Html {
  const bad = check.subjects.filter(({ outcome }) => outcome === "failed" || outcome === "inconclusive");
  const causes = [...new Set(bad.flatMap((subject) => subject.causes))];
  const first = check.says ?? bad[0]?.says ?? "";
  const others = check.says === undefined && bad.length > 1 ? `, and ${bad.length - 1} more like it` : "";
  return html`<li><a href="#${checkAnchor(check.id)}">${check.title}</a>: ${first}${others}.
${causes.length === 0 ? undefined : html`<ul>${causes.map((cause) => html`<li class="cause">${cause}</li>`)}</ul>`}</li>`;
}

/** How the bug shows, where it was to. */
function shown({ checks, expect }: Verdict, shownBy: readonly string[]): Html | undefined {
  const own = checks.filter(({ id, outcome }) => shownBy.includes(id) && outcome === "passed");
  if (expect === "healthy" || own.length === 0) return undefined;
  return html`<section aria-labelledby="shows"><h2 id="shows">How the bug shows</h2>
<ul class="reasons">${own.map(
    ({ id, title, subjects }) =>
      html`<li><a href="#${checkAnchor(id)}">${title}</a><ul>${subjects.map(({ subject, says }) => html`<li><b>${subject}</b>: ${says}</li>`)}</ul></li>`,
  )}</ul></section>`;
}

/** Where a check's evidence stands on the page. */
export function checkAnchor(id: string): string {
  return `check-${id}`;
}
