import type { StepRecord } from "../../../checks/engine/run-step";
import type { CheckVerdict, SubjectVerdict } from "../../../checks/engine/verdict";
import { type CheckPair, type Comparison, isBeside, type SubjectPair, toldSubjects } from "../../compare/compare-runs";
import { type BothEvidence, printedOf } from "../../compare/evidence";
import { idsOf, matchWords } from "../../compare/words";
import { type Html, html } from "../html";
import { step } from "../step";
import { count, outcomeMark } from "../words";
import { pairAnchor } from "./table";

/** The evidence of what differs, of both runs beside each other. */
export function differing({ checks }: Comparison, evidence: BothEvidence): Html {
  const pairs = checks.filter(isBeside);
  return html`<section aria-labelledby="evidence"><h2 id="evidence">Evidence of what differs</h2>
${pairs.length === 0 ? html`<p>No check of both runs ended differently.</p>` : undefined}
${pairs.map((pair) => one(pair, evidence))}</section>`;
}

function one(pair: CheckPair, evidence: BothEvidence): Html {
  const told = toldSubjects(pair);
  const alike = pair.subjects.length - told.length;
  return html`<details class="check" open>
<summary><span class="line"><span>${matchWords[pair.match]}</span><span class="title">${pair.title}</span><span class="id">${idsOf(pair).join(", ")}</span></span></summary>
<div id="${pairAnchor(pair)}"><div class="sides">${whole("A", pair.a)}${whole("B", pair.b)}</div>
${told.map((subject) => subjectPart(subject, evidence))}
${alike === 0 ? undefined : html`<p class="seen">${count(alike, "subject")} more, alike in both or in one run only.</p>`}</div></details>`;
}

function whole(side: string, check: CheckVerdict | undefined): Html {
  if (check === undefined) return html`<div><p><b>${side}</b>: not checked</p></div>`;
  return html`<div><p><b>${side}</b>: ${outcomeMark(check.outcome)} <span class="id">${check.id}</span>${check.says === undefined ? "" : `, ${check.says}`}</p></div>`;
}

function subjectPart(subject: SubjectPair, evidence: BothEvidence): Html {
  const { steps, trouble } = printedOf(subject, evidence);
  return html`<h3>${subject.subject}</h3>
<div class="sides">${words("A", subject.a, trouble.a)}${words("B", subject.b, trouble.b)}</div>
${
  steps.length === 0
    ? undefined
    : html`<details><summary>${count(steps.length, "command")} of ${subject.subject}</summary>
${steps.map(({ a, b }) => html`<div class="sides">${printed("A", a)}${printed("B", b)}</div>`)}</details>`
}`;
}

function words(side: string, verdict: SubjectVerdict | undefined, trouble: string | undefined): Html {
  if (verdict === undefined) return html`<div><p><b>${side}</b>: not checked</p></div>`;
  const { outcome, says, seen, causes, values } = verdict;
  const read = Object.entries(values);
  return html`<div><p><b>${side}</b>: ${outcomeMark(outcome)} ${says}</p>
${seen === undefined ? undefined : html`<p class="seen">Seen: ${seen}</p>`}
${causes.map((cause) => html`<p class="cause">Cause: ${cause}</p>`)}
${read.length === 0 ? undefined : html`<p class="values">Read: ${read.map(([name, value]) => html`<code>${name}=${value}</code> `)}</p>`}
${trouble === undefined ? undefined : html`<p class="cause">Commands: ${trouble}.</p>`}</div>`;
}

function printed(side: string, record: StepRecord | undefined): Html {
  return html`<div>${record === undefined ? html`<p class="step">${side}: not run</p>` : step(record, `${side}: `)}</div>`;
}
