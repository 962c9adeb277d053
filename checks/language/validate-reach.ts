import type { Problem } from "../../lib/user-error";
import type { Check } from "./check";
import { sends, shownReach } from "./shown-reach";

/** A check that sends packets says what that shows of who reaches whom, by a value that it reads; others say nothing. */
export function reachProblems(where: string, check: Check): Problem[] {
  const { reach, read, steps, subjects } = check;
  const field = `${where} reach`;
  const sending = steps.filter(({ run }) => sends(run.join(" ")));
  if (reach === undefined) {
    const [first] = sending;
    if (first === undefined) return [];
    const rule = `must be given, as its step ${first.id} sends packets: what that shows of who reaches whom, or why nothing`;
    return [{ field, rule }];
  }
  const problems: Problem[] = [];
  if (sending.length === 0) problems.push({ field, rule: "must not be there: none of its steps sends packets" });
  if ("none" in reach) return problems;
  if (shownReach(check) === undefined) {
    problems.push({ field, value: subjects, rule: "must not be there: its subjects are no pairs" });
  }
  if (!Object.hasOwn(read, reach.arrived)) {
    const values = Object.keys(read).join(", ") || "none";
    problems.push({
      field: `${field}.arrived`,
      value: reach.arrived,
      rule: `must be one of the values read: ${values}`,
    });
  }
  return problems;
}
