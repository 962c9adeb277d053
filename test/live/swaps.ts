import { readFileSync } from "node:fs";
import type { Strategy } from "../../cli/commands/metered-update";
import type { CniName } from "../../components/cni/registry";
import type { OutageReport } from "../../driver/meter/report";
import type { LabUnderTest } from "./lab";

/** One swap, as a user would ask for it. */
export type Swap = readonly [to: CniName, strategy: Strategy];

/** How a swap went: its exit code is that of the checks after it, the audit of each node among them. */
export interface Swapped {
  readonly exitCode: number;
  /** All that was printed. */
  readonly all: string;
  readonly report: OutageReport;
}

/** Swaps the CNI of a lab, and reads what the meter saw. */
export function swap(lab: LabUnderTest, [to, strategy]: Swap): Promise<Swapped> {
  return swapBy(lab, ["swap", lab.stack, to, "--strategy", strategy]);
}

/** The same by the words of a command. */
export async function swapBy(lab: LabUnderTest, words: readonly string[]): Promise<Swapped> {
  const { exitCode, all } = await lab.run(...words);
  const [, file] = /^outage: (.+)$/m.exec(all) ?? [];
  if (file === undefined) {
    throw new Error(`./lab swap ended with ${exitCode} and told of no outage report`);
  }
  return { exitCode, all, report: JSON.parse(readFileSync(file, "utf8")) };
}
