import path from "node:path";
import { EvidenceFolder } from "../../checks/engine/evidence";
import type { Verdict } from "../../checks/engine/verdict";
import type { Expectation, Values } from "../../checks/language/values";
import { applyAll } from "../../driver/stack/apply";
import { requireIdle } from "../../driver/stack/engine";
import { holdStack } from "../../driver/stack/hold";
import { newEvidenceDir } from "../../driver/stack/paths";
import { Stack } from "../../driver/stack/stack";
import { resolveSettings, valuesInForce } from "../../driver/values/settings";
import { requireLab } from "../../driver/which-stack";
import { loadLabs } from "../../labs";
import type { Lab } from "../../labs/format/lab-data";
import type { LabMatrix, MatrixRow } from "../../labs/format/matrix";
import { CommandFailed, exitCodes } from "../../lib/command-failed";
import { table } from "../../lib/terminal/table";
import { UserError } from "../../lib/user-error";
import { requireToolchain } from "../toolchain";
import { checkStack } from "./check";

/** One CNI with one row, and what was seen. */
export interface Cell {
  readonly cni: string;
  readonly row: string;
  readonly expect: Expectation;
  readonly asExpected: boolean;
  /** What its check says of each subject, or what kept it from being as expected. */
  readonly evidence: readonly string[];
}

/** `./lab matrix`: brings the stack to each row with each CNI, judges it, and leaves it as it was. */
export async function matrix(name: string | undefined): Promise<number> {
  const { lab, stack } = await requireLab(name);
  const compared = lab.matrix;
  if (compared === undefined) {
    throw new UserError([await nothingToCompare(lab)]);
  }
  return holdStack(stack, "matrix", () => compareAll(lab, compared, stack));
}

async function compareAll(lab: Lab, compared: LabMatrix, stackName: string): Promise<number> {
  const stack = new Stack(stackName, requireToolchain());
  const file = stack.config().values();
  const before = valuesInForce(lab.values, file);
  const steps = stepsOf(compared, before.cni);
  for (const { values } of steps) {
    resolveSettings(lab.values, file, values);
  }
  await stack.requireUp();
  requireIdle(stack);
  const evidence = newEvidenceDir(stackName);
  const cells: Cell[] = [];
  for (const [i, { cni, row, values }] of steps.entries()) {
    console.log(`\n== ${i + 1} of ${steps.length}: ${cni}, ${row.name}`);
    await apply(stack, lab, values);
    const expect = row.expect[cni] ?? "healthy";
    const verdict = await checkStack(
      stack,
      { ...lab, checks: compared.checks },
      { expect, evidence: path.join(evidence, `${i + 1}-${cni}`) },
    );
    cells.push(cellOf(compared, { cni, row: row.name, expect }, verdict));
  }
  console.log("\n== back to what it was");
  const keys = Object.keys(steps[0]?.values ?? {});
  await apply(stack, lab, Object.fromEntries(keys.map((key) => [key, before[key] ?? ""])));
  await new EvidenceFolder(evidence).write("matrix.json", `${JSON.stringify(cells, undefined, 2)}\n`);
  console.log(`\n${matrixText(compared, cells)}\nevidence: ${evidence}`);
  return cells.every(({ asExpected }) => asExpected) ? exitCodes.asExpected : exitCodes.notAsExpected;
}

/** What is done, in order: all rows with the CNI that is there, then all with the next, so that it is swapped once. */
export function stepsOf(
  { cnis, rows }: LabMatrix,
  current: string | undefined,
): readonly { readonly cni: string; readonly row: MatrixRow; readonly values: Values }[] {
  const order = [...cnis].sort((a, b) => Number(b === current) - Number(a === current));
  return order.flatMap((cni) => rows.map((row) => ({ cni, row, values: { cni, ...row.values } })));
}

/** A cell, with the words of the check that tells most. */
export function cellOf(
  { evidence }: LabMatrix,
  cell: Pick<Cell, "cni" | "row" | "expect">,
  { asExpected, checks }: Pick<Verdict, "asExpected" | "checks">,
): Cell {
  const told = asExpected
    ? checks.filter(({ id }) => id === evidence[cell.expect])
    : checks.filter(({ outcome }) => outcome === "failed" || outcome === "inconclusive");
  return {
    ...cell,
    asExpected,
    evidence: told.flatMap(({ says, subjects }) => [
      ...(says === undefined ? [] : [says]),
      ...subjects.filter(({ outcome }) => asExpected || outcome !== "passed").map((subject) => subject.says),
    ]),
  };
}

/** The cells as a table, a line for each thing that was seen. */
export function matrixText({ rowsAre }: Pick<LabMatrix, "rowsAre">, cells: readonly Cell[]): string {
  const rows = cells.flatMap(({ cni, row, expect, asExpected, evidence }) => {
    const result = asExpected ? expect : `not ${expect}`;
    const [first = "", ...others] = evidence;
    return [[cni, row, result, first], ...others.map((line) => ["", "", "", line])];
  });
  const met = cells.filter(({ asExpected }) => asExpected).length;
  return `${table(["CNI", rowsAre, "result", "evidence"], rows)}\n${met} of ${cells.length} cells are as expected`;
}

async function apply(stack: Stack, lab: Lab, values: Values): Promise<void> {
  const { exitCode } = await applyAll(stack, lab, [values]);
  if (exitCode !== 0) {
    throw new CommandFailed(
      `pulumi up ended with ${exitCode}; what it said stands above. The stack is left with ${JSON.stringify(values)}; run ./lab matrix ${stack.name} to begin again`,
    );
  }
}

async function nothingToCompare(lab: Lab) {
  const others = (await loadLabs()).filter((each) => each.matrix !== undefined).map(({ id }) => id);
  const rule = `lab ${lab.id} compares nothing; labs that do: ${others.join(", ") || "none"}`;
  return { field: "STACK", value: lab.id, rule };
}
