import { statSync } from "node:fs";
import path from "node:path";
import { defaultStack } from "../../driver/default-stack";
import { testPrefix } from "../../driver/which-stack";
import { labIds } from "../../labs";
import { refusal } from "../../lib/suggest";
import { UserError } from "../../lib/user-error";
import { cniOf, namesIn, readVerdict, type StoredRun } from "./stored-run";

/** Two runs to put beside each other, and why these. */
export interface Chosen {
  readonly a: StoredRun;
  readonly b: StoredRun;
  /** What the reader may not expect of the choice; absent where the two were named. */
  readonly note?: string;
}

/**
 * The runs that a command line means: two by name, or one and the last before it that had other values. A stack's name
 * is its latest run.
 *
 * @param root the folder that holds a folder of runs for each stack
 * @throws UserError that names what there is
 */
export function chooseRuns(words: readonly string[], root: string): Chosen {
  const [first = defaultStack, second] = words;
  if (second === undefined) {
    const b = findRun(first, root);
    return { ...before(b, root), b };
  }
  const [a, b] = [findRun(first, root), findRun(second, root)];
  if (a.folder === b.folder) {
    const rule = first === second ? "must be another run than the first" : `is the same run as ${first}`;
    throw new UserError([
      { field: "RUN", value: second, rule, fix: "name STACK@TIME, or one word only: the run before it is found" },
    ]);
  }
  return { a, b };
}

/** One run: `STACK`, `STACK@TIME` with any part of the time that only one run has, `TIME`, or a folder. */
function findRun(word: string, root: string): StoredRun {
  const [, stack, time] = /^([^@/]+)@(.+)$/.exec(word) ?? [];
  if (stack !== undefined && time !== undefined) return atTime(requireStackWithRuns(stack, root), time, root, word);
  if (word.includes("/")) return inFolder(word, root);
  if (/^\d{4}-/.test(word)) return atTime(undefined, word, root, word);
  const own = path.join(root, requireStackWithRuns(word, root));
  const latest = latestIn(own, namesIn(own), root);
  if (latest === undefined) {
    const rule = "has no run that has ended";
    throw new UserError([{ field: "STACK", value: word, rule, fix: `run ./lab check ${word}` }]);
  }
  return latest;
}

/** The last run before `b` with other values; where none had, the one right before it. */
function before(b: StoredRun, root: string): Pick<Chosen, "a" | "note"> {
  const own = path.dirname(b.folder);
  const earlier = namesIn(own).filter((name) => name < path.basename(b.folder));
  const other = latestIn(own, earlier, root, (run) => !sameSetting(run, b));
  if (other !== undefined) return { a: other };
  const last = latestIn(own, earlier, root);
  if (last !== undefined) {
    return { a: last, note: `No earlier run of ${b.stack} had other values: these are the last two.` };
  }
  throw new UserError([
    {
      field: "RUN",
      value: b.id,
      rule: `is the first run of ${b.stack}, and a comparison needs two`,
      fix: `run ./lab check ${b.stack}, or ./lab up ${b.stack} --set KEY=VALUE for one with other values`,
    },
  ]);
}

/** Whether two runs looked at a stack that was set alike; of runs without values, by what they tell. */
function sameSetting({ verdict: a }: StoredRun, { verdict: b }: StoredRun): boolean {
  if (a.values !== undefined && b.values !== undefined) {
    const keys = [...new Set([...Object.keys(a.values), ...Object.keys(b.values)])];
    return keys.every((key) => a.values?.[key] === b.values?.[key]);
  }
  return a.lab === b.lab && a.expect === b.expect && cniOf(a) === cniOf(b);
}

function latestIn(
  own: string,
  names: readonly string[],
  root: string,
  wanted: (run: StoredRun) => boolean = () => true,
): StoredRun | undefined {
  for (const name of [...names].reverse()) {
    const run = readRun(path.join(own, name), root);
    if (!("trouble" in run) && wanted(run)) return run;
  }
  return undefined;
}

function atTime(stack: string | undefined, time: string, root: string, word: string): StoredRun {
  const [part = "", ...cell] = time.split("/");
  const all = (stack === undefined ? namesIn(root) : [stack]).flatMap((each) =>
    namesIn(path.join(root, each)).map((name) => ({ stack: each, name })),
  );
  const exact = all.filter(({ name }) => name === part);
  const found = exact.length > 0 ? exact : all.filter(({ name }) => name.includes(part));
  const [only] = found;
  if (only === undefined || found.length > 1) {
    const ids = (found.length > 1 ? found : all).map((each) => `${each.stack}@${each.name}`);
    const rule = found.length > 1 ? `means ${found.length} runs` : "is no run that was kept";
    throw new UserError([{ field: "RUN", value: word, rule, fix: `name one: ${lastOf(ids)}` }]);
  }
  return requireRun(path.join(root, only.stack, only.name, ...cell), root, word);
}

function inFolder(word: string, root: string): StoredRun {
  const folder = [path.resolve(word), path.resolve(root, word)].find(isFolder);
  if (folder === undefined) {
    const fix = "name the folder that a run called its evidence, or STACK@TIME";
    throw new UserError([{ field: "RUN", value: word, rule: "must be a folder", fix }]);
  }
  return requireRun(folder, root, word);
}

function requireRun(folder: string, root: string, word: string): StoredRun {
  const run = readRun(folder, root);
  if (!("trouble" in run)) return run;
  throw new UserError([
    { field: "RUN", value: word, rule: run.trouble, fix: "a stack's name means its latest run that has ended" },
  ]);
}

function readRun(folder: string, root: string): StoredRun | { readonly trouble: string } {
  const verdict = readVerdict(folder);
  if ("trouble" in verdict) return verdict;
  const [stack, ...rest] = path.relative(root, folder).split(path.sep);
  const isKept = stack !== undefined && stack !== ".." && rest.length > 0;
  return {
    id: isKept ? `${stack}@${rest.join("/")}` : folder,
    stack: verdict.stack ?? (isKept ? stack : verdict.lab),
    folder,
    verdict,
  };
}

function requireStackWithRuns(stack: string, root: string): string {
  const known = namesIn(root);
  if (known.includes(stack) && namesIn(path.join(root, stack)).length > 0) return stack;
  const isLab = labIds().includes(stack.startsWith(testPrefix) ? stack.slice(testPrefix.length) : stack);
  if (!isLab) throw new UserError([refusal("RUN", stack, known, "name a stack, STACK@TIME or a folder")]);
  throw new UserError([{ field: "STACK", value: stack, rule: "has no run yet", fix: `run ./lab up ${stack}` }]);
}

/** The last few of a list that may be long. */
function lastOf(names: readonly string[], most = 4): string {
  const left = names.length - most;
  return `${names.slice(-most).join(", ")}${left > 0 ? ` (and ${left} before)` : ""}`;
}

function isFolder(place: string): boolean {
  try {
    return statSync(place).isDirectory();
  } catch {
    return false;
  }
}
