import type { Verdict } from "./verdict";

/** The verdict in a sentence. */
export function headline({ lab, expect, asExpected }: Pick<Verdict, "lab" | "expect" | "asExpected">): string {
  if (expect === "healthy") return asExpected ? `${lab} is healthy` : `${lab} is not healthy`;
  return asExpected ? `${lab} shows its bug, as expected` : `${lab} does not show its bug`;
}
