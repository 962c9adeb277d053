import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Problem, UserError } from "../lib/user-error";
import type { Lab } from "./format/lab-data";
import { labProblems } from "./format/validate";

/** The ids of all labs under `folder`, sorted: every folder with a `lab.ts`. Adding a lab is adding a folder. */
export function labIds(folder: string = __dirname): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, "lab.ts")))
    .map((entry) => entry.name)
    .sort();
}

/**
 * Loads one lab.
 *
 * @throws UserError when there is no such lab, or with all that is wrong with its data.
 */
export async function loadLab(id: string, folder: string = __dirname): Promise<Lab> {
  const ids = labIds(folder);
  if (!ids.includes(id)) {
    throw new UserError([{ field: "stack", value: id, rule: `must be one of the labs: ${ids.join(", ")}` }]);
  }
  const { lab, problems } = await readLab(id, folder);
  if (problems.length > 0 || lab === undefined) throw new UserError(problems);
  return lab;
}

/**
 * Loads all labs.
 *
 * @throws UserError with all that is wrong with the data of any.
 */
export async function loadLabs(folder: string = __dirname): Promise<readonly Lab[]> {
  const all = await Promise.all(labIds(folder).map((id) => readLab(id, folder)));
  const problems = all.flatMap((one) => one.problems);
  if (problems.length > 0) throw new UserError(problems);
  return all.flatMap(({ lab }) => (lab === undefined ? [] : [lab]));
}

async function readLab(id: string, folder: string): Promise<{ lab?: Lab; problems: readonly Problem[] }> {
  const module = (await import(pathToFileURL(join(folder, id, "lab.ts")).href)) as { lab?: Lab };
  if (module.lab === undefined) {
    return { problems: [{ field: `labs/${id}/lab.ts`, rule: "must export its data as `lab`" }] };
  }
  return { lab: module.lab, problems: labProblems(module.lab, id) };
}
