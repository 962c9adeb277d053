import type { Ran } from "../../lib/ran";

/** The last line that a command printed, of its errors if there are any: usually the one that says why. */
export function lastLine(ran: Pick<Ran, "stdout" | "stderr">): string {
  // kubectl exec adds a line of its own that only repeats the exit code.
  const lines = (text: string) =>
    text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("command terminated with exit code"));
  return (lines(ran.stderr).at(-1) ?? lines(ran.stdout).at(-1) ?? "no output").trim();
}

/** A duration as people read it: `0.4 s`, `61 s`. */
export function seconds(value: number): string {
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} s`;
}
