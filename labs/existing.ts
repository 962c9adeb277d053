import type { Values } from "../checks/language/values";
import { parseJson } from "../lib/json";
import { healthyOnAnyCni, healthyOnExisting } from "./checks/healthy";
import type { Lab } from "./format/lab-data";

/**
 * What a cluster that was adopted is to the commands: a lab without a bug.
 *
 * @param file the values of its stack's file, which are the lab's own but for another CNI
 */
export function existingLab(stack: string, file: Values): Lab {
  const found = parseJson<{ readonly cni: string }>(file.found)?.cni;
  return {
    id: stack,
    title: "A cluster that was adopted",
    // It takes nothing of this machine.
    minutes: 1,
    memoryMiB: 0,
    values: { ...file, ...(found === undefined ? {} : { cni: found }) },
    checks: { healthy: file.otherCni === undefined ? healthyOnExisting : healthyOnAnyCni },
  };
}
