import type { Check } from "../language/check";
import { type Facts, fill } from "../language/placeholders";
import { shownReach } from "../language/shown-reach";
import { causesIn } from "./causes";
import { type EvidenceFolder, evidencePath, evidenceRecord } from "./evidence";
import { prefixed, sharedValues } from "./judge";
import { isLate, runStep, runSteps, type StepRecord } from "./run-step";
import { change, type Settled, settleBy, settleThroughout, type Try, type TryContext } from "./settle";
import { type Subject, subjectsOf } from "./subjects";
import { type CheckEvent, type CheckVerdict, type SubjectVerdict, worst } from "./verdict";

/** What running a check needs. */
export interface CheckContext extends Omit<TryContext, "onTry"> {
  readonly folder: EvidenceFolder;
  readonly onEvent: (event: CheckEvent) => void;
}

/** Runs one check on all its subjects side by side and keeps its evidence. */
export async function runCheck(check: Check, context: CheckContext): Promise<CheckVerdict> {
  const start = context.clock.now();
  const { subjects, says } = await lookOut(check, deadlineOf(check, start, context), context);
  const finish = (subject: Subject, settled: Settled) => conclude(check, subject, settled, start, context);
  const verdicts = check.expect.some((matcher) => "distinct" in matcher)
    ? await compareSubjects(check, subjects, start, context, finish)
    : await Promise.all(subjects.map((subject) => lookAt(check, subject, start, context, finish)));
  return {
    ...named(check),
    outcome: says === undefined ? worst(verdicts.map((verdict) => verdict.outcome)) : "failed",
    seconds: (context.clock.now() - start) / 1000,
    ...(says === undefined ? {} : { says }),
    subjects: verdicts,
  };
}

/** A check that was not run, as what it would have shown means nothing without its controls. */
export async function notRun(
  check: Check,
  outcome: "inconclusive" | "not-applicable",
  says: string,
  context: CheckContext,
): Promise<CheckVerdict> {
  const { subjects } = await lookOut(check, context.clock.now(), context);
  const verdicts = subjects.map(
    ({ label }): SubjectVerdict => ({ subject: label, outcome, seconds: 0, tries: 0, says, causes: [], values: {} }),
  );
  return { ...named(check), outcome, seconds: 0, says, subjects: verdicts };
}

function named(check: Check): Pick<CheckVerdict, "id" | "title" | "topic" | "reach"> {
  const { id, title, topic } = check;
  const reach = shownReach(check);
  return { id, title, ...(topic === undefined ? {} : { topic }), ...(reach === undefined ? {} : { reach }) };
}

/** Whom a check is to look at. The nodes are known; the replicas are asked for, and that nobody answers is no pass. */
async function lookOut(
  { subjects: kind, timing }: Check,
  deadline: number,
  { access: { nodes }, snapshots, clock, signal }: CheckContext,
): Promise<{ readonly subjects: readonly Subject[]; readonly says?: string }> {
  if (kind !== "replica" && kind !== "replica-pair") return { subjects: subjectsOf(kind, { nodes, replicas: [] }) };
  for (;;) {
    const { replicas, trouble } = await snapshots.take();
    if (replicas !== undefined) {
      return { subjects: subjectsOf(kind, { nodes, replicas: replicas.map(({ name }) => name) }) };
    }
    const pause = timing.everySeconds * 1000;
    if (clock.now() + pause > deadline)
      return { subjects: [], says: `which replicas there are can't be seen: ${trouble}` };
    await clock.sleep(pause, signal);
  }
}

/** Looks at one subject; where the check changes something first, its deadline counts from the change. */
async function lookAt(
  check: Check,
  subject: Subject,
  start: number,
  context: CheckContext,
  finish: (subject: Subject, settled: Settled) => Promise<SubjectVerdict>,
): Promise<SubjectVerdict> {
  const changed = await change(check, subject, { ...context, onTry: () => {} });
  const from = changed === undefined ? start : context.clock.now();
  const settled = await settle(check, subject, from, { ...context, changed });
  const verdict = await finish(subject, settled);
  if (check.restore !== undefined) await runSteps(check.restore, settled.last.facts, context);
  return verdict;
}

function settle(
  check: Check,
  subject: Subject,
  start: number,
  context: CheckContext & Pick<TryContext, "changed">,
): Promise<Settled> {
  const toldOf = new Set<string>();
  const onTry = ({ seen }: Try) => {
    if (toldOf.has(seen)) return;
    toldOf.add(seen);
    const elapsed = (context.clock.now() - start) / 1000;
    context.onEvent({ type: "waiting", check: check.id, subject: subject.label, seconds: elapsed, seen });
  };
  return "bySeconds" in check.timing
    ? settleBy(check, subject, deadlineOf(check, start, context), { ...context, onTry })
    : settleThroughout(check, subject, check.timing.throughoutSeconds * 1000, { ...context, onTry });
}

/** Values that must differ are compared once every subject has settled, and all are read again until they do. */
async function compareSubjects(
  check: Check,
  subjects: readonly Subject[],
  start: number,
  context: CheckContext,
  finish: (subject: Subject, settled: Settled) => Promise<SubjectVerdict>,
): Promise<SubjectVerdict[]> {
  const pause = check.timing.everySeconds * 1000;
  const deadline = deadlineOf(check, start, context);
  for (;;) {
    const settled = await Promise.all(subjects.map((subject) => settle(check, subject, start, context)));
    const shared = sharedValues(
      check,
      subjects.map(({ label }, i) => ({ label, values: settled[i]?.last.values ?? {} })),
    );
    if (shared.size === 0 || context.clock.now() + pause > deadline) {
      return Promise.all(
        settled.flatMap((one, i) => {
          const subject = subjects[i];
          return subject === undefined ? [] : [finish(subject, withShared(one, shared.get(subject.label)))];
        }),
      );
    }
    await context.clock.sleep(pause, context.signal);
  }
}

function withShared(settled: Settled, note: string | undefined): Settled {
  if (note === undefined) return settled;
  const seen = [settled.last.seen, note].filter((text) => text !== "").join("; ");
  const last: Try = { ...settled.last, outcome: "violated", seen };
  return { outcome: "failed", last, tries: [...settled.tries.slice(0, -1), last] };
}

async function conclude(
  check: Check,
  subject: Subject,
  settled: Settled,
  start: number,
  context: CheckContext,
): Promise<SubjectVerdict> {
  const { last, outcome, tries } = settled;
  const passed = outcome === "passed";
  const evidence = passed ? [] : await collect(check, last, context);
  const known = { ...last.facts, ...prefixed("value", last.values) };
  const verdict: SubjectVerdict = {
    subject: subject.label,
    outcome,
    seconds: (context.clock.now() - start) / 1000,
    tries: tries.length,
    says: passed ? fill(check.says.holds, known, "(none)") : failure(check, last, known, context),
    ...(passed ? {} : { seen: last.seen }),
    causes: causesIn(check, evidence, last.facts),
    values: last.values,
    evidence: evidencePath(check, subject),
  };
  await context.folder.keep(evidencePath(check, subject), evidenceRecord(check, verdict, settled, evidence));
  context.onEvent({ type: "subject", check: check.id, verdict });
  return verdict;
}

/** What is said of a claim that did not hold; of one that could not be looked at in time, no more than that. */
function failure(check: Check, { outcome, records }: Try, known: Facts, { deadlineFactor }: CheckContext): string {
  const late = outcome === "unseen" ? records.find(isLate) : undefined;
  return late === undefined
    ? fill(check.says.fails, known, "(none)")
    : `it was not seen whether this holds: ${late.id} on ${late.where} did not end in time; where the machine is busy, give it more with --deadline-factor ${3 * Math.max(1, deadlineFactor)}`;
}

function collect(check: Check, last: Try, context: CheckContext): Promise<StepRecord[]> {
  return Promise.all(check.evidence.map((step) => context.limit(() => runStep(step, last.facts, context))));
}

function deadlineOf(check: Check, start: number, { deadlineFactor }: CheckContext): number {
  const { timing } = check;
  return start + ("bySeconds" in timing ? timing.bySeconds * deadlineFactor : timing.throughoutSeconds) * 1000;
}
