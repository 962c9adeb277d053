import type { EvidenceRecord, SubjectEvidence } from "../../../checks/engine/evidence";
import { seconds } from "../../../checks/engine/text";
import type { CheckVerdict, SubjectVerdict } from "../../../checks/engine/verdict";
import { type Html, html } from "../html";
import type { PageModel } from "../model";
import { step } from "../step";
import { count, outcomeMark } from "../words";
import { checkAnchor } from "./summary";

/** Every check with its subjects, and behind each what was run and what that printed. */
export function checks({ verdict, evidence }: PageModel): Html {
  return html`<section aria-labelledby="checks"><h2 id="checks">Checks and their evidence</h2>
<p>Expected: ${verdict.expect === "healthy" ? "all is well" : "the bug shows"}. Open a check for its nodes and pairs, and those for the commands that were run.</p>
${verdict.checks.map((check) => one(check, evidence))}</section>`;
}

function one(check: CheckVerdict, evidence: PageModel["evidence"]): Html {
  const isBad = check.outcome === "failed" || check.outcome === "inconclusive";
  return html`<details class="check"${isBad ? html` open` : undefined}>
<summary><span class="line">${outcomeMark(check.outcome)}<span class="title">${check.title}</span><span class="id">${check.id}, ${seconds(check.seconds)}</span></span></summary>
<div id="${checkAnchor(check.id)}">${check.says === undefined ? undefined : html`<p>${check.says}.</p>`}
${check.subjects.length === 0 ? html`<p>It needs more nodes than this cluster has.</p>` : undefined}
<ul class="subjects">${check.subjects.map((subject) => html`<li>${subjectPart(subject, evidence)}</li>`)}</ul></div></details>`;
}

function subjectPart(subject: SubjectVerdict, evidence: PageModel["evidence"]): Html {
  const { outcome, says, seen, causes, tries, values } = subject;
  const record = subject.evidence === undefined ? undefined : evidence.get(subject.evidence);
  const times = `${seconds(subject.seconds)}, ${tries === 1 ? "1 try" : `${tries} tries`}`;
  return html`<p>${outcomeMark(outcome)} <b>${subject.subject}</b>: ${says} <span class="id">${times}</span></p>
${seen === undefined ? undefined : html`<p class="seen">Seen: ${seen}</p>`}
${causes.map((cause) => html`<p class="cause">Cause: ${cause}</p>`)}
${record === undefined ? undefined : recordPart(subject, record, values)}`;
}

function recordPart(subject: SubjectVerdict, record: SubjectEvidence, values: SubjectVerdict["values"]): Html {
  if ("trouble" in record) {
    return html`<p class="cause">The evidence can't be read: ${record.trouble}. Run the check again for new evidence.</p>`;
  }
  const steps = record.last.length + record.evidence.length;
  return html`<details><summary>${count(steps, "command")} of ${subject.subject}</summary>
${Object.keys(values).length === 0 ? undefined : html`<p class="values">Read: ${Object.entries(values).map(([name, value]) => html`<code>${name}=${value}</code> `)}</p>`}
${record.last.map((each) => step(each))}
${record.evidence.length === 0 ? undefined : html`<p><b>Collected as it did not hold</b></p>${record.evidence.map((each) => step(each))}`}
${tried(record)}</details>`;
}

function tried({ tries }: EvidenceRecord): Html | undefined {
  if (tries.length < 2) return undefined;
  return html`<p class="seen">Tried ${tries.length} times; before it ended so, it was seen: ${[...new Set(tries.map(({ seen }) => seen).filter(Boolean))].slice(0, 5).join(" | ")}</p>`;
}
