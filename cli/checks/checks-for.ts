import { UserError } from "../../components/lib/user-error";
import type { Check } from "../../labs/check";
import type { Expectation, Lab } from "../../labs/lab";

/**
 * The checks that show a lab's expected state.
 *
 * @throws UserError when the symptom is expected of a lab that has none.
 */
export function checksFor(lab: Lab, expect: Expectation): readonly Check[] {
  const checks = lab.checks[expect];
  if (checks === undefined) {
    throw new UserError([
      { field: "--expect", value: expect, rule: `lab ${lab.id} has no bug to show`, mend: "use --expect healthy" },
    ]);
  }
  return checks;
}
