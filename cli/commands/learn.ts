import { runForeground } from "../../driver/run/spawn";
import { repository } from "../../driver/stack/paths";
import { Stack } from "../../driver/stack/stack";
import { valuesInForce } from "../../driver/values/settings";
import { requireLab } from "../../driver/which-stack";
import { loadLabs } from "../../labs";
import { expectedState, type Lab } from "../../labs/format/lab-data";
import type { Lesson } from "../../labs/format/lesson";
import { exitCodes } from "../../lib/command-failed";
import { isInteractive } from "../../lib/terminal/progress";
import { UserError } from "../../lib/user-error";
import { locateToolchain } from "../../toolchain";
import { LessonProgress } from "../learn/progress";
import { terminalConversation } from "../learn/prompts";
import { lessonText } from "../learn/text";
import { type LessonStack, walk } from "../learn/tour";
import { checkStack } from "./check";

interface LearnOptions {
  readonly answers?: boolean;
}

/** `./lab learn`: a lab's lesson, walked through on a terminal, printed with its answers elsewhere. */
export async function learn(name: string, { answers = false }: LearnOptions): Promise<number> {
  const { lab, stack } = await requireLab(name);
  const subject = { lab, lesson: await requireLesson(lab), stack };
  if (answers || !isInteractive() || process.stdin.isTTY !== true) {
    process.stdout.write(lessonText(subject));
    return exitCodes.asExpected;
  }
  await walk(subject, lessonStack(lab, stack), await terminalConversation(), new LessonProgress(stack));
  return exitCodes.asExpected;
}

function lessonStack(lab: Lab, name: string): LessonStack {
  const stack = new Stack(name, locateToolchain());
  return {
    state: async () => {
      if ((await stack.outputs().catch(() => undefined)) === undefined) return "missing";
      const state = expectedState(lab, valuesInForce(lab.values, stack.config().values()));
      return lab.bug !== undefined && state === "healthy" ? "fixed" : "ready";
    },
    // A command that is ended by Ctrl-C leads back to the lesson, as it would to a shell.
    run: (command) => runForeground(["sh", "-c", command], { cwd: repository, onSignal: "pass" }),
    isHealthy: async () => (await checkStack(stack, lab, { expect: "healthy" })).asExpected,
  };
}

/** @throws UserError that names the labs with a lesson */
export async function requireLesson({ id, lesson }: Lab): Promise<Lesson> {
  if (lesson !== undefined) {
    return lesson;
  }
  const others = (await loadLabs()).filter((lab) => lab.lesson !== undefined).map((lab) => lab.id);
  const rule = `lab ${id} has no lesson; labs with one: ${others.join(", ")}`;
  throw new UserError([{ field: "ID", value: id, rule, fix: `read labs/${id}/README.md` }]);
}
