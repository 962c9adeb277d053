import type { Problem } from "../../lib/user-error";
import type { Lab } from "./lab-data";
import type { Lesson } from "./lesson";

/** Everything wrong with a lab's lesson. */
export function lessonProblems(lab: Lab, lesson: Lesson): Problem[] {
  const where = `lab ${lab.id} lesson`;
  const problems: Problem[] = [];
  const say = (part: string, value: string | undefined, rule: string) =>
    problems.push({ field: `${where} ${part}`, value, rule });
  const { steps, task } = lesson;

  if (steps.length === 0) say("steps", undefined, "must hold at least one step");
  const known = [...lab.checks.healthy, ...(lab.checks.symptom ?? [])].map(({ id }) => id);
  for (const [i, { run, question, shownBy }] of steps.entries()) {
    const step = `step ${i + 1}`;
    if (run.length === 0) say(`${step} run`, undefined, "must hold at least one command");
    if (question.hints.length === 0) say(`${step} hints`, undefined, "must hold at least one hint");
    if (!known.includes(shownBy)) {
      say(`${step} shownBy`, shownBy, `must be one of the lab's checks: ${[...new Set(known)].join(", ")}`);
    }
  }
  if (task !== undefined && task.hints.length === 0) say("task hints", undefined, "must hold at least one hint");
  if (lab.bug !== undefined && task === undefined) {
    say("task", undefined, "must be there: a lab with a bug is one to fix");
  }
  if ((lab.bug === undefined) !== (task?.run !== undefined) && task !== undefined) {
    say("task run", undefined, "must be there in a lab without a bug, and only there: something is to be fixed");
  }
  for (const [part, text] of textsOf(lesson)) {
    if (text.trim() === "") say(part, undefined, "must not be empty");
  }
  for (const command of [...steps.flatMap(({ run }) => run), ...(task?.run ?? [])]) {
    if (!isOnStack(command, lab.id)) say("run", command, `must be a command of ./lab on the stack ${lab.id}`);
  }
  return problems;
}

/** A command of `./lab` that names the stack: by `-s`, or as its argument. */
function isOnStack(command: string, id: string): boolean {
  return new RegExp(
    `^\\./lab (?:(?:kubectl|node|dhcp|logs|capture) -s ${id} |(?:check|status|swap|path) ${id}(?: |$))`,
  ).test(command);
}

function textsOf({ goal, moral, steps, task }: Lesson): [part: string, text: string][] {
  return [
    ["goal", goal],
    ["moral", moral],
    ...steps.flatMap(({ title, text, notice, question }, i): [string, string][] => [
      [`step ${i + 1} title`, title],
      [`step ${i + 1} text`, text],
      [`step ${i + 1} notice`, notice],
      [`step ${i + 1} question`, question.ask],
      [`step ${i + 1} answer`, question.answer],
      ...question.hints.map((hint): [string, string] => [`step ${i + 1} hints`, hint]),
    ]),
    ...(task === undefined
      ? []
      : [task.ask, task.answer, ...task.hints].map((text): [string, string] => ["task", text])),
  ];
}
