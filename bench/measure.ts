import { readdirSync, readFileSync } from "node:fs";
import { type CaptureOptions, read } from "../driver/run/capture";

/** The middle one of several figures. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) {
    throw new Error("no figures");
  }
  return middle;
}

/** Seconds that a command took. A command that fails ends the benchmark with its output. */
export async function seconds(argv: readonly string[], options: CaptureOptions = {}): Promise<number> {
  const start = process.hrtime.bigint();
  await read(argv, options);
  return Number(process.hrtime.bigint() - start) / 1e9;
}

/**
 * The proportional set size of processes in these containers, in MiB: shared pages are counted once.
 *
 * @param counts which of them, by the program's path. @default all
 */
export function memoryMiB(containerIds: readonly string[], counts: (program: string) => boolean = () => true): number {
  const kilobytes = readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => {
      const inside = containerIds.some((id) => readOrEmpty(`/proc/${pid}/cgroup`).includes(id));
      const counted = inside && counts(readOrEmpty(`/proc/${pid}/cmdline`).split("\0")[0] ?? "");
      return counted ? Number(/^Pss:\s+(\d+)/m.exec(readOrEmpty(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) : 0;
    });
  return kilobytes.reduce((sum, each) => sum + each, 0) / 1024;
}

/** A process may end between being listed and being read. */
export function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
