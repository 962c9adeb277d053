import type { Check, Matcher, Step } from "../language/check";
import { type Facts, fill } from "../language/placeholders";
import { isLate, type StepRecord } from "./run-step";
import { lastLine } from "./text";

/** What one try showed: the claim holds, it does not, or nothing could be seen that would tell. */
export interface Judgement {
  readonly outcome: "holds" | "violated" | "unseen";
  /** What kept it from holding; empty when it holds. */
  readonly seen: string;
  readonly values: Readonly<Record<string, string>>;
}

/** Judges one try by what its steps printed. */
export function judge(check: Check, records: readonly StepRecord[], facts: Facts): Judgement {
  const values = readValues(check, records);
  const broken = [...(check.change ?? []), ...check.steps].flatMap((step) => stepTrouble(step, records));
  if (broken.length > 0) return { outcome: "unseen", seen: broken.join("; "), values };

  const known = { ...facts, ...prefixed("value", values) };
  const findings = check.expect.map((matcher) => match(matcher, values, known));
  const notes = (outcome: "violated" | "unseen") => findings.flatMap((f) => (f.outcome === outcome ? [f.seen] : []));
  const [violated, unseen] = [notes("violated"), notes("unseen")];
  if (violated.length > 0) return { outcome: "violated", seen: violated.join("; "), values };
  if (unseen.length > 0) {
    return { outcome: "unseen", seen: [...unseen, ...records.flatMap(heard)].join("; "), values };
  }
  return { outcome: "holds", seen: "", values };
}

/** The values that can be read from the output of the steps. */
export function readValues(check: Check, records: readonly StepRecord[]): Record<string, string> {
  const read = Object.entries(check.read).flatMap(([name, reader]) => {
    const from = [reader.from ?? check.steps[0]?.id ?? []].flat();
    const texts = from.map((id) => records.find((one) => one.id === id)?.ran?.stdout);
    const found = texts.includes(undefined) ? undefined : texts.join("\n").match(reader.pattern);
    if (found === null || found === undefined) return [];
    const text = found[1] ?? found[0];
    return [[name, reader.as === undefined ? text : reader.as(text)]];
  });
  return Object.fromEntries(read);
}

/** For each subject, with which others it shares a value that must be distinct. */
export function sharedValues(
  check: Check,
  subjects: readonly { readonly label: string; readonly values: Readonly<Record<string, string>> }[],
): ReadonlyMap<string, string> {
  const notes = subjects.map(({ label, values }): [string, string] => {
    const shared = check.expect.flatMap((matcher) => {
      if (!("distinct" in matcher)) return [];
      const value = values[matcher.value];
      const others = subjects.filter((other) => other.label !== label && other.values[matcher.value] === value);
      if (value === undefined || others.length === 0) return [];
      return [`${matcher.value} ${value} is also that of ${others.map((other) => other.label).join(", ")}`];
    });
    return [label, shared.join("; ")];
  });
  return new Map(notes.filter(([, note]) => note !== ""));
}

/** Facts under a prefix: `value.ready`. */
export function prefixed(prefix: string, facts: Facts): Facts {
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [`${prefix}.${name}`, value]));
}

function match(matcher: Matcher, values: Facts, known: Facts): { outcome: Judgement["outcome"]; seen: string } {
  const value = values[matcher.value];
  const holds = { outcome: "holds", seen: "" } as const;
  const violated = (rule: string) =>
    ({ outcome: "violated", seen: `${matcher.value} is ${JSON.stringify(value)}, must ${rule}` }) as const;

  if ("absent" in matcher) return value === undefined ? holds : violated("not be there");
  if (value === undefined) return { outcome: "unseen", seen: `${matcher.value} could not be read` };
  if ("matches" in matcher) return matcher.matches.test(value) ? holds : violated(`match ${matcher.matches}`);
  if ("distinct" in matcher) return holds;
  const wanted = fill(matcher.equals, known, "(not known)");
  return value === wanted ? holds : violated(`be ${JSON.stringify(wanted)}`);
}

function stepTrouble(step: Step, records: readonly StepRecord[]): string[] {
  const record = records.find((one) => one.id === step.id);
  if (record?.ran === undefined) return [`${step.id} was not run: ${record?.notRun ?? "no record of it"}`];
  const { ran } = record;
  if ((step.exits ?? [0]).includes(ran.exitCode)) return [];
  const ended = isLate(record) ? "did not end in time" : `ended with ${ran.exitCode}`;
  return [`${step.id} on ${record.where} ${ended}: ${lastLine(ran)}`];
}

function heard(record: StepRecord): string[] {
  return record.ran === undefined ? [] : [`${record.id} printed: ${lastLine(record.ran)}`];
}
