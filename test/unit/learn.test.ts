import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { requireLesson } from "../../cli/commands/learn";
import { LessonProgress } from "../../cli/learn/progress";
import { type LessonOnStack, lessonText, onStack } from "../../cli/learn/text";
import { type Conversation, type LessonStack, walk } from "../../cli/learn/tour";
import { Interrupted } from "../../driver/run/interrupt";
import { loadLabs } from "../../labs";
import type { Lab } from "../../labs/format/lab-data";
import type { Lesson } from "../../labs/format/lesson";
import { labProblems } from "../../labs/format/validate";
import { commandsOf } from "../readme";
import { checkOf, labOf } from "./checks.fake";

const lesson: Lesson = {
  goal: "You know.",
  steps: ["First", "Second"].map((title) => ({
    title,
    text: `About ${title}.`,
    run: [`./lab node -s test n1 echo ${title}`],
    notice: `${title} is seen.`,
    question: { ask: `Why ${title}?`, hints: ["It is near.", "./lab status test"], answer: `${title} it is.` },
    shownBy: "says-yes",
  })),
  task: { ask: "Fix it.", hints: ["Look."], answer: "./lab fix test does." },
  moral: "So it is.",
};
const bug = {
  bug: "a bug",
  symptom: "it hangs",
  broken: [{ cni: "none" }],
  fixed: [{ cni: "flannel" }],
  checks: { healthy: [checkOf()], symptom: [checkOf({ id: "hangs" })] },
} satisfies Partial<Lab>;
const lab = labOf([checkOf()], { ...bug, lesson });
const subject: LessonOnStack = { lab, lesson, stack: "test" };

/** A learner that chooses by these words, and all that was said to it. */
function learner(...choices: string[]) {
  const heard: string[] = [];
  const left = [...choices];
  const talk: Conversation = {
    title: (text) => heard.push(`# ${text}`),
    say: (text) => heard.push(text),
    commands: (commands) => heard.push(...commands.map((command) => `$ ${command}`)),
    choose: async (ask, options) => {
      heard.push(`? ${ask} [${options.map(({ value }) => value).join()}]`);
      const word = left.shift();
      if (word === "ctrl-c") throw new Interrupted("SIGINT");
      const choice = options.find(({ value }) => value === word);
      if (choice === undefined) throw new Error(`there is no ${word} in answer to: ${ask}`);
      return choice.value;
    },
    end: (text) => heard.push(`. ${text}`),
  };
  return { heard, left, talk };
}

function stackOf(state: "missing" | "fixed" | "ready", ...healthy: boolean[]) {
  const ran: string[] = [];
  const stack: LessonStack = {
    state: async () => state,
    run: async (command) => {
      ran.push(command);
      return 0;
    },
    isHealthy: async () => healthy.shift() ?? false,
  };
  return { ran, stack };
}

const folder = mkdtempSync(path.join(tmpdir(), "cni-lab-learn-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const newProgress = () => new LessonProgress("test", path.join(mkdtempSync(path.join(folder, "walk-")), "learn"));

describe("a walk through a lesson", () => {
  test("shows commands, runs them on request, and gives hints one at a time before the answer", async () => {
    const { heard, left, talk } = learner("run", "hint", "hint", "answer", "on", "on", "answer", "on", "check");
    const { ran, stack } = stackOf("ready", true);
    const progress = newProgress();
    expect(await walk(subject, stack, talk, progress)).toBe(true);
    expect(left).toEqual([]);
    expect(ran).toEqual(["./lab node -s test n1 echo First"]);
    expect(heard.slice(2, 15)).toEqual([
      "# 1 of 3: First",
      "About First.",
      "$ ./lab node -s test n1 echo First",
      "? Run it, here or in another terminal. [run,on,leave]",
      "Notice: First is seen.",
      "? Why First? [hint,answer,leave]",
      "Hint: It is near.",
      "? Why First? [hint,answer,leave]",
      "Hint: ./lab status test",
      "? Why First? [answer,leave]",
      "Answer: First it is.",
      "? Go on? [on,leave]",
      "# 2 of 3: Second",
    ]);
    expect(heard.slice(-3)).toEqual([
      "It is fixed: every health check holds.",
      "So it is.",
      ". That was test. To take it down: ./lab down test",
    ]);
    expect(progress.read(() => {})).toBe(3);
  });

  test("ends when the checks are well, and not before, whatever was done", async () => {
    const { heard, left, talk } = learner(
      "on",
      "answer",
      "on",
      "on",
      "answer",
      "on",
      "check",
      "hint",
      "check",
      "answer",
      "check",
    );
    const { stack } = stackOf("ready", false, false, true);
    expect(await walk(subject, stack, talk, newProgress())).toBe(true);
    expect(left).toEqual([]);
    expect(heard.filter((line) => line.startsWith("Not yet"))).toHaveLength(2);
    expect(heard.filter((line) => line.includes("Fix it in another terminal"))).toEqual([
      "? Fix it in another terminal, in any way you like. [check,hint,answer,leave]",
      "? Fix it in another terminal, in any way you like. [check,hint,answer,leave]",
      "? Fix it in another terminal, in any way you like. [check,answer,leave]",
      "? Fix it in another terminal, in any way you like. [check,answer,leave]",
      "? Fix it in another terminal, in any way you like. [check,leave]",
    ]);
    expect(heard).toContain("A solution: ./lab fix test does.");
  });

  test("goes on where it was left, or starts over", async () => {
    const progress = newProgress();
    const first = learner("on", "answer", "on", "leave");
    expect(await walk(subject, stackOf("ready").stack, first.talk, progress)).toBe(false);
    expect(first.heard.at(-1)).toBe(". To go on: ./lab learn test");
    expect(progress.read(() => {})).toBe(1);

    const second = learner("on", "leave");
    await walk(subject, stackOf("ready").stack, second.talk, progress);
    expect(second.heard[2]).toBe("? Where to begin? [on,over,leave]");
    expect(second.heard[3]).toBe("# 2 of 3: Second");

    const third = learner("over", "leave");
    await walk(subject, stackOf("ready").stack, third.talk, progress);
    expect(third.heard[3]).toBe("# 1 of 3: First");
  });

  test("keeps what is done when Ctrl-C ends it, and passes that on", async () => {
    const progress = newProgress();
    const { talk } = learner("on", "answer", "on", "on", "ctrl-c");
    await expect(walk(subject, stackOf("ready").stack, talk, progress)).rejects.toThrow(Interrupted);
    expect(progress.read(() => {})).toBe(1);
  });

  test.each([
    ["missing", "./lab up test"],
    ["fixed", "./lab break test"],
  ] as const)("offers what a stack that is %s needs", async (state, command) => {
    const { talk, heard } = learner("run", "leave");
    const { ran, stack } = stackOf(state);
    await walk(subject, stack, talk, newProgress());
    expect(heard).toContain(`? Run ${command}? [run,on,leave]`);
    expect(ran).toEqual([command]);
  });

  test("does not break again what a learner who goes on has fixed", async () => {
    const progress = newProgress();
    progress.write(2);
    const { talk, heard } = learner("on", "check");
    await walk(subject, stackOf("fixed", true).stack, talk, progress);
    expect(heard.some((line) => line.includes("./lab break"))).toBe(false);
  });

  test("of a lab without a bug has commands that break it by hand", async () => {
    const { bug: _, ...healthy } = lab;
    const byHand = { ...lesson, task: { ...lesson.task, run: ["./lab node -s test n1 false"] } as Lesson["task"] };
    const { talk } = learner("on", "answer", "on", "on", "answer", "on", "run", "check");
    const { ran, stack } = stackOf("ready", true);
    await walk({ lab: healthy, lesson: byHand, stack: "test" }, stack, talk, newProgress());
    expect(ran).toEqual(["./lab node -s test n1 false"]);
  });
});

describe("progress", () => {
  test("is for its owner only, and a spoilt file is told", () => {
    const progress = newProgress();
    const said: string[] = [];
    expect(progress.read((line) => said.push(line))).toBe(0);
    expect(said).toEqual([]);
    progress.write(2);
    expect(statSync(progress.file).mode & 0o777).toBe(0o600);
    for (const spoilt of ['{"version":1', '{"version":2,"done":1}', '{"version":1,"done":-1}']) {
      writeFileSync(progress.file, spoilt);
      expect(progress.read((line) => said.push(line))).toBe(0);
    }
    expect(said).toEqual(Array(3).fill(`${progress.file} can't be read, so the lesson starts over.`));
  });
});

describe("the text of a lesson", () => {
  test("has everything, on the stack that is meant", () => {
    const text = lessonText({ ...subject, stack: "test-test" });
    for (const part of [
      "1 of 3: First",
      "  ./lab node -s test-test n1 echo First",
      "Hint 2: ./lab status test-test",
      "Answer: Second it is.",
      "3 of 3: Fix it",
      "A solution: ./lab fix test-test does.",
      "  ./lab check test-test --expect healthy",
      "So it is.",
    ]) {
      expect(text).toContain(part);
    }
  });

  test("names another stack in commands, and nowhere else", () => {
    const at = { lab: { ...lab, id: "weave" }, stack: "test-weave" };
    expect(onStack("./lab node -s weave n1 ip link show weave", at)).toBe(
      "./lab node -s test-weave n1 ip link show weave",
    );
    expect(onStack("./lab check weave, and ./lab check weave-2", at)).toBe(
      "./lab check test-weave, and ./lab check weave-2",
    );
  });
});

describe("a lesson's data", () => {
  const problems = (changes: Partial<Lesson>, of: Partial<Lab> = {}) =>
    labProblems({ ...lab, ...of, lesson: { ...lesson, ...changes } }, "test").map(
      ({ field, rule }) => `${field}: ${rule}`,
    );
  const [step] = lesson.steps;
  const withStep = (changes: object) => problems({ steps: step === undefined ? [] : [{ ...step, ...changes }] });

  test.each([
    ["a whole one", problems({}), []],
    ["no step", problems({ steps: [] }), ["lab test lesson steps: must hold at least one step"]],
    ["no command", withStep({ run: [] }), ["lab test lesson step 1 run: must hold at least one command"]],
    ["an empty text", withStep({ notice: " " }), ["lab test lesson step 1 notice: must not be empty"]],
    [
      "a claim without a check",
      withStep({ shownBy: "none" }),
      ["lab test lesson step 1 shownBy: must be one of the lab's checks: says-yes, hangs"],
    ],
    [
      "a command elsewhere",
      withStep({ run: ["./lab node -s other n1 true"] }),
      ["lab test lesson run: must be a command of ./lab on the stack test"],
    ],
    [
      "a bug that nobody mends",
      problems({ task: undefined }),
      ["lab test lesson task: must be there: a lab with a bug is one to fix"],
    ],
    [
      "a bug that is also broken by hand",
      problems({ task: { ask: "a", hints: ["a"], answer: "a", run: ["./lab check test"] } }),
      ["lab test lesson task run: must be there in a lab without a bug, and only there: something is to be fixed"],
    ],
  ])("%s", (_, found, expected) => {
    expect(found).toEqual(expected);
  });
});

test("a lab without a lesson is refused by name, with those that have one", async () => {
  await expect(requireLesson(labOf([checkOf()]))).rejects.toThrow(
    /^ID is "test": lab test has no lesson; labs with one: .*, flannel, .*; read labs\/test\/README.md$/,
  );
});

const labs = (await loadLabs()).filter((each) => each.lesson !== undefined);

test("labs have lessons", () => {
  expect(labs.map(({ id }) => id)).toEqual(
    expect.arrayContaining([
      "cloned-machine-id",
      "cni-leftover",
      "confluence",
      "dhcp-bad-routes",
      "dhcp-lease-leak",
      "dhcp-no-daemon",
      "flannel",
      "flannel-wrong-interface",
      "forward-dropped",
      "macvlan-duplicate-ip",
      "multihomed",
      "stale-pods",
      "weave",
    ]),
  );
});

test.each(labs)("each command of the lesson of $id stands on its page, where a test runs it", (each) => {
  const page = readFileSync(path.resolve(__dirname, `../../labs/${each.id}/README.md`), "utf8");
  const onPage = commandsOf(page).map(({ command }) => command);
  const commands = [...(each.lesson?.steps ?? []).flatMap(({ run }) => run), ...(each.lesson?.task?.run ?? [])];
  expect(commands.filter((command) => !onPage.includes(command))).toEqual([]);
});
