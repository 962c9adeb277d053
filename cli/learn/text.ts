import { type Lab, takes } from "../../labs/format/lab-data";
import type { Lesson, LessonStep, LessonTask } from "../../labs/format/lesson";

/** A lesson with the stack that it is about: its commands name it. */
export interface LessonOnStack {
  readonly lab: Lab;
  readonly lesson: Lesson;
  readonly stack: string;
}

/** A command of a lesson, or words that hold one, with the stack's own name in place of the lab's. */
export function onStack(text: string, { lab, stack }: Pick<LessonOnStack, "lab" | "stack">): string {
  return text.replace(
    new RegExp(`(\\./lab (?:up|check|fix|break|swap|status|path|down) |-s )${lab.id}(?![\\w-])`, "g"),
    `$1${stack}`,
  );
}

/** What a lesson is about, and what it takes. */
export function introLines({ lab, lesson, stack }: LessonOnStack): string[] {
  return [
    lab.title,
    ...(lab.symptom === undefined ? [] : [`Symptom: ${lab.symptom}`]),
    `At the end: ${lesson.goal}`,
    `Stack ${stack}: ${takes(lab)}. ./lab up ${stack}`,
  ];
}

/** The title of a step, or of the task behind the steps. */
export function titleOf(lesson: Lesson, index: number): string {
  const parts = lesson.steps.length + (lesson.task === undefined ? 0 : 1);
  return `${index + 1} of ${parts}: ${lesson.steps[index]?.title ?? "Fix it"}`;
}

/** The whole lesson as a text, answers and all. */
export function lessonText(subject: LessonOnStack): string {
  const { lab, lesson } = subject;
  const parts = [
    `${lab.id}\n${introLines(subject).join("\n")}`,
    ...lesson.steps.map((step, i) => `${titleOf(lesson, i)}\n${stepLines(step).join("\n")}`),
    ...(lesson.task === undefined
      ? []
      : [`${titleOf(lesson, lesson.steps.length)}\n${taskLines(lesson.task, lab).join("\n")}`]),
    lesson.moral,
  ];
  return `${onStack(parts.join("\n\n"), subject)}\n`;
}

function stepLines({ text, run, notice, question, shownBy }: LessonStep): string[] {
  return [
    text,
    ...run.map((command) => `  ${command}`),
    `Notice: ${notice}`,
    `Question: ${question.ask}`,
    ...question.hints.map((hint, i) => `Hint ${i + 1}: ${hint}`),
    `Answer: ${question.answer}`,
    `Shown by the check ${shownBy}.`,
  ];
}

function taskLines({ run = [], ask, hints, answer }: LessonTask, { id }: Lab): string[] {
  return [
    ...run.map((command) => `  ${command}`),
    ask,
    ...hints.map((hint, i) => `Hint ${i + 1}: ${hint}`),
    `A solution: ${answer}`,
    "You are done, in whatever way you did it, when this ends with 0:",
    `  ./lab check ${id} --expect healthy`,
  ];
}
