import { UserError } from "../../lib/user-error";
import type { Check } from "../language/check";
import type { Checklist } from "../language/checklist";
import type { Expectation, Values } from "../language/values";

/**
 * The checks that show a lab's expected state.
 *
 * @param inForce the stack's values: a check says nothing where its `when` is not met.
 * @throws UserError when the symptom is expected of a lab that has none.
 */
export function checksFor(lab: Checklist, expect: Expectation, inForce: Values): readonly Check[] {
  const checks = lab.checks[expect];
  if (checks === undefined) {
    throw new UserError([
      { field: "--expect", value: expect, rule: `lab ${lab.id} has no bug to show`, fix: "use --expect healthy" },
    ]);
  }
  return checks.filter(({ when = {} }) =>
    Object.entries(when).every(([key, wanted]) => {
      const value = inForce[key] ?? "";
      return wanted instanceof RegExp ? wanted.test(value) : wanted.includes(value);
    }),
  );
}
