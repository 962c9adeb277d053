import path from "node:path";
import { wrapAnsi } from "fast-wrap-ansi";
import { marks } from "../../checks/engine/report/text";
import type { StepRecord } from "../../checks/engine/run-step";
import type { CheckVerdict, SubjectVerdict } from "../../checks/engine/verdict";
import { quote } from "../../lib/shell";
import { besideLines, type Sides } from "../../lib/terminal/beside";
import { table } from "../../lib/terminal/table";
import {
  type CheckPair,
  type Comparison,
  type Difference,
  isBeside,
  type SubjectPair,
  toldSubjects,
} from "./compare-runs";
import { type BothEvidence, printedOf } from "./evidence";
import type { StoredRun } from "./stored-run";
import { idsOf, matchWords, otherValues, stateOf, summaryLine, valuesUnknown, whatOf } from "./words";

/** Of an output that is longer, so many lines of its beginning and of its end are shown. */
const most = 6;

/** A comparison as lines of a terminal that is so many columns wide. */
export function comparisonText(compared: Comparison, evidence: BothEvidence, columns: number): string {
  const { a, b, values, versions, checks } = compared;
  const parts = [
    [...runLines("A", a), ...runLines("B", b)].map((line) => wrapAnsi(line, columns, { trim: false })),
    valuesLines(values, [a, b], columns),
    differenceLines("Versions that differ", versions, columns),
    [summaryLine(checks), checkTable(checks, columns)],
    ...checks.filter(isBeside).map((pair) => pairLines(pair, compared, evidence, columns)),
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function runLines(side: string, { id, verdict }: StoredRun): readonly string[] {
  return [`${side}  ${id}`, `   ${stateOf(verdict)}`];
}

function valuesLines(values: Comparison["values"], runs: readonly StoredRun[], columns: number): readonly string[] {
  if (values !== undefined) return differenceLines("Values that differ", values, columns);
  return [wrapAnsi(`Values: ${valuesUnknown(runs)}`, columns)];
}

function differenceLines(title: string, all: readonly Difference[], columns: number): readonly string[] {
  if (all.length === 0) return [`${title}: none`];
  const longest = Math.max(...all.map(({ name }) => name.length));
  const width = Math.max(12, Math.floor((columns - longest - 4) / 2));
  const widths = Object.fromEntries(
    (["a", "b"] as const).flatMap((side) => {
      const own = Math.max(...all.map((each) => (each[side] ?? "-").length));
      return own > width ? [[side.toUpperCase(), width]] : [];
    }),
  );
  return [
    `${title}:`,
    table(
      ["", "A", "B"],
      all.map(({ name, a = "-", b = "-" }) => [name, a, b]),
      widths,
    ),
  ];
}

function checkTable(checks: readonly CheckPair[], columns: number): string {
  const rows = checks.map((pair) => [
    matchWords[pair.match],
    pair.a === undefined ? "-" : marks[pair.a.outcome],
    pair.b === undefined ? "-" : marks[pair.b.outcome],
    idsOf(pair).join("\n"),
    // What ended alike is no news: its name will do.
    pair.match === "same" ? otherValues(pair) : whatOf(pair),
  ]);
  const head = ["", "A", "B", "check", "what"];
  const wide = (at: number) =>
    Math.max(...[head, ...rows].flatMap((row) => (row[at] ?? "").split("\n").map((line) => line.length)));
  const left = columns - [0, 1, 2, 3].reduce((sum, at) => sum + wide(at) + 2, 0);
  return table(head, rows, wide(4) > left ? { what: Math.max(20, left) } : {});
}

/** What both runs saw of one check: each subject's words and values, and of the first one what was printed. */
function pairLines(pair: CheckPair, { a, b }: Comparison, evidence: BothEvidence, columns: number): readonly string[] {
  const told = toldSubjects(pair);
  const [first] = told;
  const printed = first === undefined ? [] : printedRows(first, evidence);
  const files = [fileLines("A", first?.a, a), fileLines("B", first?.b, b)].flat();
  return [
    wrapAnsi(pairTitle(pair), columns),
    ...besideLines(
      [{ a: wholeWords(pair.a), b: wholeWords(pair.b) }, ...told.map((subject) => subjectRow(subject)), ...printed],
      columns,
    ),
    ...(told.length > 1 ? [`Printed for ${first?.subject}; for the others see the page.`] : []),
    ...files,
  ];
}

function pairTitle({ match, title, a, b }: CheckPair): string {
  return match === "counterpart" ? `${title}: ${a?.id} in A, ${b?.id} in B` : `${a?.id}: ${title}`;
}

function wholeWords(check: CheckVerdict | undefined): readonly string[] {
  if (check === undefined) return ["not checked"];
  return [`${marks[check.outcome]}${check.says === undefined ? "" : `: ${check.says}`}`];
}

function subjectRow({ subject, a, b }: SubjectPair): Sides {
  const words = (verdict: SubjectVerdict | undefined): readonly string[] => {
    if (verdict === undefined) return [`${subject}: not checked`];
    const { outcome, says, seen, causes, values } = verdict;
    const read = Object.entries(values).map(([name, value]) => `${name}=${value}`);
    return [
      `${subject}: ${marks[outcome]}, ${says}`,
      ...(seen === undefined ? [] : [`  seen: ${seen}`]),
      ...causes.map((cause) => `  cause: ${cause}`),
      ...(read.length === 0 ? [] : [`  read: ${read.join(", ")}`]),
    ];
  };
  return { a: words(a), b: words(b) };
}

/** A row for each step that either run ran last. */
function printedRows(subject: SubjectPair, evidence: BothEvidence): readonly Sides[] {
  const { steps, trouble } = printedOf(subject, evidence);
  const hasTrouble = trouble.a !== undefined || trouble.b !== undefined;
  return [
    ...(hasTrouble ? [{ a: [trouble.a ?? ""], b: [trouble.b ?? ""] }] : []),
    ...steps.map(({ a, b }) => ({ a: stepLines(a), b: stepLines(b) })),
  ];
}

function stepLines(record: StepRecord | undefined): readonly string[] {
  if (record === undefined) return [];
  const { id, where, ran, notRun } = record;
  if (ran === undefined) return [`-- ${id}, ${where}: not run: ${notRun}`];
  const printed = [ran.stdout, ran.stderr].flatMap((text) => (text.trim() === "" ? [] : text.trimEnd().split("\n")));
  return [
    `-- ${id}, ${where}: exit code ${ran.exitCode}`,
    `$ ${quote(ran.argv)}`,
    ...(printed.length === 0 ? ["(no output)"] : shortened(printed)),
  ];
}

function shortened(lines: readonly string[]): readonly string[] {
  if (lines.length <= 2 * most + 1) return lines;
  return [...lines.slice(0, most), `... ${lines.length - 2 * most} lines more ...`, ...lines.slice(-most)];
}

function fileLines(side: string, verdict: SubjectVerdict | undefined, { folder }: StoredRun): readonly string[] {
  return verdict?.evidence === undefined ? [] : [`evidence of ${side}: ${path.join(folder, verdict.evidence)}`];
}
