import { parseCidr } from "../../lib/cidr";
import type { Problem } from "../../lib/user-error";

/** What is wrong with a network, where one is given. */
export function networkProblems(field: string, value: string | undefined): Problem[] {
  return value === undefined || parseCidr(value) !== undefined
    ? []
    : [{ field, value, rule: "must be an IPv4 network, for example 10.244.0.0/16" }];
}

/** What is wrong with a whole number, where one is given. */
export function wholeNumberProblems(field: string, value: number | undefined, least: number, most: number): Problem[] {
  return value === undefined || (Number.isInteger(value) && value >= least && value <= most)
    ? []
    : [{ field, value: String(value), rule: `must be a whole number from ${least} to ${most}` }];
}

/** The same for seconds that something may take, a day at most. */
export function secondsProblems(field: string, value: number | undefined): Problem[] {
  return wholeNumberProblems(field, value, 1, 86_400);
}
