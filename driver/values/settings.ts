import type { Values } from "../../checks/language/values";
import { nearest, refusal } from "../../lib/suggest";
import { type Problem, UserError } from "../../lib/user-error";
import { configKeys, isSecret, type LabConfig, labConfig, parseLabConfig } from "../../stacks/schema";

/** Reads `--set key=value` options. @throws UserError that names every one that can't be read, with what was meant. */
export function parseSets(sets: readonly string[]): Values {
  const problems: Problem[] = [];
  const values: Record<string, string> = {};
  for (const set of sets) {
    const [, key, value] = /^([^=]*)=(.*)$/s.exec(set) ?? [];
    if (key === undefined || value === undefined) {
      problems.push({ field: "--set", value: set, rule: "must be written as key=value", fix: fixFor(set) });
    } else if (!configKeys.includes(key)) {
      problems.push(refusal("--set", key, configKeys));
    } else if (isSecret(key, value)) {
      problems.push({
        field: `--set ${key}`,
        rule: "is a secret, which command lines and files would show",
        fix: `run ./lab pulumi -s STACK config set --secret ${key}, which asks for it`,
      });
    } else {
      values[key] = value;
    }
  }
  if (problems.length > 0) {
    throw new UserError(problems);
  }
  return values;
}

/** Every value of a stack as text: the default of its key where neither its file nor its lab has one. */
export function valuesInForce(lab: Values, file: Values): Values {
  const defaults = Object.entries(labConfig.parse({})).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(defaults.map(([key, value]) => [key, String(value)])), ...lab, ...file };
}

/** The values in force when `set` is written over what the file has, and the lab's own fill in what it lacks. */
export function resolveSettings(lab: Values, file: Values, set: Values): { config: LabConfig; values: Values } {
  const values = { ...lab, ...file, ...set };
  try {
    return { config: parseLabConfig(values), values };
  } catch (error) {
    throw error instanceof UserError ? new UserError(error.problems.map((problem) => asSet(problem, set))) : error;
  }
}

/**
 * The values in force of a stack whose file may be anybody's, for what goes into commands on nodes and in pods: what
 * `up` would refuse is refused here too.
 *
 * @throws UserError that names each wrong value
 */
export function checkedValues(lab: Values, file: Values): Values {
  return valuesInForce(lab, resolveSettings(lab, file, {}).values);
}

/** A problem of a value that came from `--set` is told in those words. */
function asSet(problem: Problem, set: Values): Problem {
  if (!(problem.field in set)) {
    return problem;
  }
  const fix = problem.fix?.includes("pulumi config") ? undefined : problem.fix;
  return { ...problem, field: `--set ${problem.field}`, fix };
}

function fixFor(word: string): string | undefined {
  const meant = nearest(word.split(/[=:\s]/)[0] ?? "", configKeys);
  return meant === undefined ? undefined : `for example --set ${meant}=VALUE`;
}
