import { healthyNetwork } from "./checks/healthy";
import type { Lab } from "./format/lab-data";

/** What a cluster that was adopted is to the commands: a lab without a bug, whose values are those of its stack's file. */
export function existingLab(stack: string): Lab {
  return {
    id: stack,
    title: "A cluster that was adopted",
    // It takes nothing of this machine.
    minutes: 1,
    memoryMiB: 0,
    values: {},
    checks: { healthy: healthyNetwork },
  };
}
