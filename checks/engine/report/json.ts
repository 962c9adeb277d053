import type { Verdict } from "../verdict";

/** The verdict as `check --json` prints it. */
export function verdictJson(verdict: Verdict): string {
  return `${JSON.stringify(verdict, undefined, 2)}\n`;
}
