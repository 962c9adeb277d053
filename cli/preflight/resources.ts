import { readFileSync, statfsSync } from "node:fs";
import { valuesInForce } from "../../driver/values/settings";
import type { Lab } from "../../labs/format/lab-data";
import type { Problem } from "../../lib/user-error";

/** Disk for the volumes of one stack. */
const neededDiskMiB = 2048;

/** The lab's figure is for its own nodes; the control plane takes as much again as a node. */
export function memoryProblems(
  lab: Pick<Lab, "id" | "memoryMiB" | "values">,
  nodes: number,
  availableMiB: number,
): Problem[] {
  const ownNodes = Number(valuesInForce(lab.values, {}).nodes);
  const needed = Math.ceil((lab.memoryMiB * (nodes + 1)) / (ownNodes + 1));
  if (availableMiB >= needed) {
    return [];
  }
  const rule = `must be at least ${needed} MiB for ${nodes} nodes of ${lab.id}`;
  const fix = nodes > 1 ? "free some memory, take another stack down, or use --set nodes=1" : "free some memory";
  return [{ field: "available memory", value: `${availableMiB} MiB`, rule, fix }];
}

/** A stack's nodes write their logs, databases and pods' layers to the container engine's volumes. */
export function diskProblems(folder: string): Problem[] {
  const { bavail, bsize } = statfsSync(folder);
  const freeMiB = Math.floor((bavail * bsize) / 1024 ** 2);
  if (freeMiB >= neededDiskMiB) {
    return [];
  }
  const rule = `must be at least ${neededDiskMiB} MiB`;
  return [
    {
      field: `free space in ${folder}`,
      value: `${freeMiB} MiB`,
      rule,
      fix: "free some, for example with ./lab purge",
    },
  ];
}

/** What the kernel would give without swapping, in MiB. */
export function availableMiB(): number | undefined {
  const kilobytes = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
  return kilobytes === undefined ? undefined : Math.floor(Number(kilobytes) / 1024);
}
