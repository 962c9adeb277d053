import { writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { stackLabel } from "../components/cluster/engine-labels";
import { capture, read } from "../driver/run/capture";
import { engineOfStack } from "../driver/stack/container-engine";
import { table } from "../lib/terminal/table";
import { cells, type Figure, header, markdown } from "./figures";
import { memoryMiB } from "./measure";

/** The stack that is measured: a copy of the lab confluence that leaves a user's own alone. */
const stack = "test-confluence";

const lab = path.resolve(__dirname, "../lab");

/** Replicas of the lab. */
const replicas = 2;

/** Seconds after the verdict at which memory is read. */
const settleSeconds = 60;

/** From `./lab up` to the verdict that the panic is reproduced, the toolchain being there. */
async function verdict(): Promise<Figure> {
  const start = process.hrtime.bigint();
  const { exitCode } = await capture([lab, "up", stack]);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  return {
    what: "`./lab up confluence` to the verdict that the panic is reproduced",
    goal: "3 min",
    measured: `${seconds.toFixed(0)} s${exitCode === 0 ? "" : `, and it is not (exit code ${exitCode})`}`,
    floor: "-",
    result: `${(seconds / 180).toFixed(2)} of the goal`,
  };
}

async function memory(): Promise<Figure[]> {
  await sleep(settleSeconds * 1000);
  const listed = await read((await engineOfStack(stack)).ids([`${stackLabel}=${stack}`]));
  const ids = listed.split("\n").filter((id) => id !== "");
  const figure = (what: string, goalMiB: number, used: number): Figure => ({
    what,
    goal: `${goalMiB} MiB`,
    measured: `${used.toFixed(0)} MiB`,
    floor: "-",
    result: `${(used / goalMiB).toFixed(2)} of the goal`,
  });
  return [
    figure("memory of a stand-in pod", 130, memoryMiB(ids, (program) => /(^|\/)java$/.test(program)) / replicas),
    figure(
      "memory of PostgreSQL",
      50,
      memoryMiB(ids, (program) => /(^|\/)postgres\b/.test(program)),
    ),
    figure("memory of the whole lab", 2.7 * 1024, memoryMiB(ids)),
  ];
}

new Command("confluence")
  .description(`Measures the lab confluence, on the stack ${stack}.`)
  .option("--write <file>", "keep the table in this file")
  .action(async ({ write }: { write?: string }) => {
    try {
      const figures = [await verdict(), ...(await memory())];
      console.log(table(header, figures.map(cells)));
      if (write !== undefined) {
        writeFileSync(write, markdown(figures));
      }
    } finally {
      await read([lab, "down", stack]);
    }
  })
  .parseAsync();
