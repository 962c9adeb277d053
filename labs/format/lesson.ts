/** A question to the learner, with hints from vague to plain, and its answer. */
export interface Question {
  readonly ask: string;
  readonly hints: readonly string[];
  readonly answer: string;
}

/** A part of a lesson: something to run, what to notice in it, and a question about that. */
export interface LessonStep {
  readonly title: string;
  /** What one should know before. */
  readonly text: string;
  /** Commands as one types them. Each stands on the lab's page too, where a test runs it. */
  readonly run: readonly string[];
  /** What is to be seen in their output. */
  readonly notice: string;
  readonly question: Question;
  /** The check by which the lab proves what this step says. */
  readonly shownBy: string;
}

/** What the learner mends. The lab's checks of health judge it, whatever way it was done. */
export interface LessonTask extends Question {
  /** Commands that break something by hand; absent where the lab's own bug is to be mended. */
  readonly run?: readonly string[];
}

/** A lesson: data that `./lab learn` walks through. */
export interface Lesson {
  /** What the learner understands at its end. */
  readonly goal: string;
  readonly steps: readonly LessonStep[];
  /** Absent for a lesson that only looks. */
  readonly task?: LessonTask;
  /** What to take along. */
  readonly moral: string;
}
