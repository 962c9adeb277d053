import type { LessonStep, LessonTask, Question } from "../../labs/format/lesson";
import type { LessonProgress } from "./progress";
import { introLines, type LessonOnStack, onStack, titleOf } from "./text";

/** What a learner can choose. */
export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
}

/** How a lesson talks with its learner. */
export interface Conversation {
  readonly title: (text: string) => void;
  readonly say: (text: string) => void;
  /** Commands, so that they can be copied. */
  readonly commands: (commands: readonly string[]) => void;
  /** @throws Interrupted on Ctrl-C */
  readonly choose: <T extends string>(ask: string, choices: readonly Choice<T>[]) => Promise<T>;
  readonly end: (text: string) => void;
}

/** What a lesson does to its stack, and asks of it. */
export interface LessonStack {
  /** `missing`: there is no stack; `mended`: it does not show its bug; `ready`: the lesson can begin. */
  readonly state: () => Promise<"missing" | "fixed" | "ready">;
  /** Runs a command line and shows its output. @returns its exit code */
  readonly run: (command: string) => Promise<number>;
  /** Runs the lab's checks of health and shows them. @returns whether all is well */
  readonly isHealthy: () => Promise<boolean>;
}

/** The learner leaves; what is done is kept. */
class Leave extends Error {}

const leave = { value: "leave", label: "Leave; the lesson goes on here next time" } as const;

/** Walks a learner through a lesson. @returns whether it was walked to its end */
export async function walk(
  subject: LessonOnStack,
  stack: LessonStack,
  talk: Conversation,
  progress: LessonProgress,
): Promise<boolean> {
  const { lab, lesson } = subject;
  const parts = lesson.steps.length + (lesson.task === undefined ? 0 : 1);
  talk.title(lab.id);
  talk.say(introLines(subject).join("\n"));
  try {
    const first = await whereToBegin(parts, subject, talk, progress);
    await makeReady(subject, stack, talk, first > 0);
    for (let part = first; part < parts; part++) {
      talk.title(titleOf(lesson, part));
      const step = lesson.steps[part];
      if (step !== undefined) await takeStep(step, subject, stack, talk);
      else if (lesson.task !== undefined) await doTask(lesson.task, subject, stack, talk);
      progress.write(part + 1);
    }
  } catch (error) {
    if (!(error instanceof Leave)) throw error;
    talk.end(`To go on: ./lab learn ${subject.stack}`);
    return false;
  }
  talk.say(lesson.moral);
  talk.end(`That was ${lab.id}. To take it down: ./lab down ${subject.stack}`);
  return true;
}

async function whereToBegin(
  parts: number,
  { lesson }: LessonOnStack,
  talk: Conversation,
  progress: LessonProgress,
): Promise<number> {
  const done = progress.read(talk.say);
  if (done === 0) return 0;
  if (done >= parts) {
    talk.say("This lesson was finished before. It starts over.");
    return 0;
  }
  const where = await ask(talk, "Where to begin?", [
    { value: "on", label: `Go on with ${titleOf(lesson, done)}` },
    { value: "over", label: "Start over" },
  ]);
  return where === "on" ? done : 0;
}

async function makeReady(
  { stack: name }: LessonOnStack,
  stack: LessonStack,
  talk: Conversation,
  isBegun: boolean,
): Promise<void> {
  const state = await stack.state();
  // Who goes on may have mended it already.
  if (state === "ready" || (state === "fixed" && isBegun)) return;
  const command = state === "missing" ? `./lab up ${name}` : `./lab break ${name}`;
  talk.say(state === "missing" ? "The stack is not up." : "The stack does not show its bug now.");
  const choice = await ask(talk, `Run ${command}?`, [
    { value: "run", label: "Yes" },
    { value: "on", label: "No, go on without" },
  ]);
  if (choice === "run") {
    const exitCode = await stack.run(command);
    if (exitCode !== 0) talk.say(`${command} ended with ${exitCode}. What it said stands above.`);
  }
}

async function takeStep(
  step: LessonStep,
  subject: LessonOnStack,
  stack: LessonStack,
  talk: Conversation,
): Promise<void> {
  talk.say(step.text);
  await runOrSkip(step.run, subject, stack, talk);
  talk.say(`Notice: ${onStack(step.notice, subject)}`);
  await question(step.question, subject, talk);
}

/** Shows commands, and runs them for who wants that. */
async function runOrSkip(
  run: readonly string[],
  subject: LessonOnStack,
  stack: LessonStack,
  talk: Conversation,
): Promise<void> {
  const commands = run.map((command) => onStack(command, subject));
  talk.commands(commands);
  const choice = await ask(talk, "Run it, here or in another terminal.", [
    { value: "run", label: "Run it here" },
    { value: "on", label: "Go on" },
  ]);
  if (choice === "run") {
    for (const command of commands) await stack.run(command);
  }
}

async function question(
  { ask: text, hints, answer }: Question,
  subject: LessonOnStack,
  talk: Conversation,
): Promise<void> {
  for (let shown = 0; ; ) {
    const choice = await ask(talk, onStack(text, subject), [
      ...hintChoice(hints, shown),
      { value: "answer", label: "The answer" },
    ]);
    if (choice === "answer") break;
    talk.say(`Hint: ${onStack(hints[shown] ?? "", subject)}`);
    shown += 1;
  }
  talk.say(`Answer: ${onStack(answer, subject)}`);
  await ask(talk, "Go on?", [{ value: "on", label: "Yes" }]);
}

/** Until the lab's own checks find that all is well: how that came about does not matter. */
async function doTask(task: LessonTask, subject: LessonOnStack, stack: LessonStack, talk: Conversation): Promise<void> {
  if (task.run !== undefined) await runOrSkip(task.run, subject, stack, talk);
  talk.say(onStack(task.ask, subject));
  for (let shown = 0, isShown = false; ; ) {
    const choice = await ask(talk, "Fix it in another terminal, in any way you like.", [
      { value: "check", label: "Check what I did" },
      ...hintChoice(task.hints, shown),
      ...(isShown ? [] : [{ value: "answer", label: "A solution" } as const]),
    ]);
    if (choice === "hint") {
      talk.say(`Hint: ${onStack(task.hints[shown] ?? "", subject)}`);
      shown += 1;
    } else if (choice === "answer") {
      talk.say(`A solution: ${onStack(task.answer, subject)}`);
      isShown = true;
    } else if (await stack.isHealthy()) {
      talk.say("It is fixed: every health check holds.");
      return;
    } else {
      talk.say("Not yet: what does not hold stands above, with what was seen.");
    }
  }
}

function hintChoice(hints: readonly string[], shown: number): { value: "hint"; label: string }[] {
  return shown < hints.length ? [{ value: "hint", label: `A hint (${shown + 1} of ${hints.length})` }] : [];
}

/** Asks, with the way out among the choices. @throws Leave */
async function ask<T extends string>(talk: Conversation, text: string, choices: readonly Choice<T>[]): Promise<T> {
  const choice = await talk.choose<T | "leave">(text, [...choices, leave]);
  if (choice === "leave") throw new Leave();
  return choice;
}
