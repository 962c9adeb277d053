import type { Problem } from "../../lib/user-error";
import type { Check, Step } from "./check";
import { namePattern } from "./name";

import { factNames, placeholdersOf, placesOf } from "./placeholders";
import { reachProblems } from "./validate-reach";

/** Everything wrong with the checks of one list, each alone and all together. */
export function checkListProblems(list: string, checks: readonly Check[]): Problem[] {
  if (checks.length === 0) {
    return [{ field: list, rule: "must hold at least one check: an empty list would always hold" }];
  }
  return [
    ...repeated(checks.map((check) => check.id)).map((id) => ({ field: list, value: id, rule: "must be there once" })),
    ...checks.flatMap((check) => checkProblems(`${list} ${check.id}`, check)),
    ...checks.flatMap((check) => controlProblems(`${list} ${check.id}`, check, checks)),
  ];
}

function checkProblems(where: string, check: Check): Problem[] {
  const problems: Problem[] = [];
  const say = (part: string, value: string | undefined, rule: string) =>
    problems.push({ field: `${where} ${part}`, value, rule });

  if (!namePattern.test(check.id)) say("id", check.id, "must be lower-case letters, digits and single dashes");
  if (check.steps.length === 0) say("steps", undefined, "must hold at least one step");
  if (check.expect.length === 0)
    say("expect", undefined, "must hold at least one matcher: it would hold whatever is seen");
  if (check.steps.at(-1)?.background) say("steps", check.steps.at(-1)?.id, "must not end with a background step");
  for (const [part, seconds] of Object.entries(check.timing)) {
    if (!(seconds > 0)) say(`timing.${part}`, String(seconds), "must be more than 0 seconds");
  }

  const steps = [...(check.change ?? []), ...check.steps].map((step) => step.id);
  const evidence = check.evidence.map((step) => step.id);
  for (const id of repeated([...steps, ...evidence, ...(check.restore ?? []).map((step) => step.id)]))
    say("steps and evidence", id, "must be there once");
  for (const [name, reader] of Object.entries(check.read)) {
    for (const from of [reader.from ?? []].flat()) {
      if (!steps.includes(from)) say(`read.${name}.from`, from, `must be one of its steps: ${steps.join(", ")}`);
    }
  }
  const values = Object.keys(check.read);
  for (const { value } of check.expect) {
    if (!values.includes(value)) say("expect", value, `must be one of the values read: ${values.join(", ") || "none"}`);
  }
  for (const cause of check.causes ?? []) {
    if (!evidence.includes(cause.evidence)) {
      say("causes", cause.evidence, `must be one of its evidence steps: ${evidence.join(", ") || "none"}`);
    }
  }
  if (check.change !== undefined && check.expect.some((matcher) => "distinct" in matcher)) {
    say("expect", "distinct", "must not be asked of a check that changes something: comparing means looking again");
  }
  if (check.restore !== undefined && check.change === undefined) {
    say("restore", undefined, "must not be there without a change");
  }
  return [
    ...problems,
    ...reachProblems(where, check),
    ...placeProblems(where, check),
    ...placeholderProblems(where, check, values),
  ];
}

/** Every step of a check, whenever it runs. */
function allSteps({ change = [], steps, evidence, restore = [] }: Check): readonly Step[] {
  return [...change, ...steps, ...evidence, ...restore];
}

function placeProblems(where: string, check: Check): Problem[] {
  const places = placesOf(check.subjects);
  return allSteps(check)
    .filter((step) => !places.includes(step.at))
    .map((step) => ({
      field: `${where} ${step.id}.at`,
      value: step.at,
      rule: `must be a place of subjects "${check.subjects}": ${places.join(", ")}`,
    }));
}

function placeholderProblems(where: string, check: Check, values: readonly string[]): Problem[] {
  const facts = factNames(check.subjects);
  const withValues = [...facts, ...values.map((value) => `value.${value}`)];
  const texts: [part: string, text: string, allowed: readonly string[]][] = [
    ...allSteps(check).flatMap((step) =>
      step.run.map((word): [string, string, readonly string[]] => [`${step.id}.run`, word, facts]),
    ),
    ...check.expect.flatMap((matcher): [string, string, readonly string[]][] =>
      "equals" in matcher ? [["expect", matcher.equals, withValues]] : [],
    ),
    ["says.holds", check.says.holds, withValues],
    ["says.fails", check.says.fails, withValues],
    ...(check.causes ?? []).map((cause): [string, string, readonly string[]] => [
      "causes",
      cause.says,
      [...facts, ...groupsOf(cause.pattern).map((group) => `found.${group}`)],
    ]),
  ];
  return texts.flatMap(([part, text, allowed]) =>
    placeholdersOf(text)
      .filter((name) => !allowed.includes(name))
      .map((name) => ({
        field: `${where} ${part}`,
        value: `{${name}}`,
        rule: `must be one of: ${allowed.join(", ")}`,
      })),
  );
}

function controlProblems(where: string, check: Check, checks: readonly Check[]): Problem[] {
  const positive = check.controls?.positive ?? [];
  const named = [...positive, ...(check.controls?.negative ?? [])];
  const problems: Problem[] = named
    .filter((id) => id === check.id || !checks.some((other) => other.id === id))
    .map((id) => ({ field: `${where} controls`, value: id, rule: "must be another check of the same list" }));
  if ("throughoutSeconds" in check.timing && positive.length === 0) {
    problems.push({
      field: `${where} controls.positive`,
      rule: "must name a check: that something was not seen counts only where the same way of looking sees what is there",
    });
  }
  for (const { id } of checks.filter((other) => positive.includes(other.id) && other.change !== undefined)) {
    problems.push({
      field: `${where} controls.positive`,
      value: id,
      rule: "must not change anything: what changes runs when all others have ended",
    });
  }
  if (waitsForItself(check, checks)) {
    problems.push({ field: `${where} controls.positive`, rule: "must not lead back to the check itself" });
  }
  return problems;
}

function waitsForItself(check: Check, checks: readonly Check[]): boolean {
  const seen = new Set<string>();
  const open = [...(check.controls?.positive ?? [])];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === check.id) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    open.push(...(checks.find((other) => other.id === id)?.controls?.positive ?? []));
  }
  return false;
}

function groupsOf(pattern: RegExp): readonly string[] {
  return [...pattern.source.matchAll(/\(\?<([A-Za-z]\w*)>/g)].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

function repeated(words: readonly string[]): readonly string[] {
  return [...new Set(words.filter((word, i) => words.indexOf(word) !== i))];
}
