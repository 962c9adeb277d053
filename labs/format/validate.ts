import { namePattern } from "../../checks/language/name";
import { checkListProblems } from "../../checks/language/validate-check";
import type { Problem } from "../../lib/user-error";
import { type Lab, tellingChecks } from "./lab-data";
import { lessonProblems } from "./validate-lesson";
import { matrixProblems } from "./validate-matrix";

/** Everything wrong with a lab's data; nothing when it may be run. */
export function labProblems(lab: Lab, folder: string): Problem[] {
  return [
    ...nameProblems(lab, folder),
    ...stateProblems(lab),
    ...checkListProblems(`lab ${folder} checks.healthy`, lab.checks.healthy),
    ...(lab.checks.symptom === undefined ? [] : checkListProblems(`lab ${folder} checks.symptom`, lab.checks.symptom)),
    ...(lab.matrix === undefined ? [] : matrixProblems(folder, lab.matrix)),
    ...(lab.lesson === undefined ? [] : lessonProblems(lab, lab.lesson)),
  ];
}

function nameProblems(lab: Lab, folder: string): Problem[] {
  const problems: Problem[] = [];
  if (lab.id !== folder) {
    problems.push({
      field: `lab ${folder} id`,
      value: lab.id,
      rule: "must be the name of its folder",
      fix: "rename one",
    });
  }
  if (!namePattern.test(folder)) {
    problems.push({
      field: `lab ${folder}`,
      rule: "must be named in lower-case letters, digits and single dashes",
      fix: "rename the folder",
    });
  }
  for (const field of ["minutes", "memoryMiB"] as const) {
    if (!(lab[field] > 0)) {
      problems.push({ field: `lab ${folder} ${field}`, value: String(lab[field]), rule: "must be more than 0" });
    }
  }
  return problems;
}

/** A bug is shown, mended and told apart from health, or there is none: one part without the others proves nothing. */
function stateProblems(lab: Lab): Problem[] {
  const parts: Record<string, unknown> = {
    bug: lab.bug,
    symptom: lab.symptom,
    broken: lab.broken?.at(-1),
    fixed: lab.fixed?.at(-1),
    "checks.symptom": lab.checks.symptom,
  };
  const present = Object.keys(parts).filter((part) => parts[part] !== undefined);
  const problems: Problem[] = [];
  if (present.length > 0 && present.length < Object.keys(parts).length) {
    const absent = Object.keys(parts).filter((part) => parts[part] === undefined);
    problems.push({
      field: `lab ${lab.id} ${absent.join(", ")}`,
      rule: `must be given as well, as ${present.join(", ")} is`,
      fix: "give all of them, or none for a lab without a bug",
    });
  }
  if (lab.checks.symptom !== undefined && tellingChecks(lab).length === 0) {
    problems.push({
      field: `lab ${lab.id} checks.symptom`,
      rule: "must hold a check that health has not and that is no other's control: what passes in both states shows no bug",
    });
  }
  const last = lab.broken?.at(-1);
  if (last !== undefined && Object.keys(last).length === 0) {
    problems.push({
      field: `lab ${lab.id} broken`,
      rule: "must set at least one value in its last set: it is how a broken stack is recognised",
    });
  }
  return problems;
}
