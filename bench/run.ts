import { writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { stackLabel } from "../components/cluster/engine-labels";
import { capture, read } from "../driver/run/capture";
import { engineOfStack } from "../driver/stack/container-engine";
import { toolEnv } from "../driver/stack/env";
import { table } from "../lib/terminal/table";
import { locateToolchain } from "../toolchain";
import { cells, type Figure, header, markdown } from "./figures";
import { median, memoryMiB, seconds } from "./measure";

/** Seconds of the lab, and of what it is measured against, one after the other. */
interface Pair {
  readonly own: number;
  readonly floor: number;
}

const root = path.resolve(__dirname, "..");
const lab = path.join(root, "lab");
const byHand = (script: string) => path.join(__dirname, "by-hand", script);

/** The stack that is measured: a copy of the lab flannel that leaves a user's own alone. */
const stack = "test-flannel";

/** Seconds after the last pod is ready at which memory is read. */
const settleSeconds = 60;

/** `pulumi up` of the stack, against the same steps by hand; leaves the stack up. */
async function up(rounds: number): Promise<Figure> {
  const pairs: Pair[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await read([lab, "down", stack]);
    await read([byHand("down.sh")]);
    const floor = await seconds([byHand("up.sh"), locateToolchain().nodeImage]);
    await read([byHand("down.sh")]);
    await read([lab, "env", stack]);
    pairs.push({
      floor,
      own: await seconds(["pulumi", "up", "--yes", "--skip-preview", "--non-interactive"], pulumiOn(stack, root)),
    });
  }
  const { own, floor } = medians(pairs);
  return {
    what: `pulumi up of the flannel stack, median of ${rounds}`,
    goal: "floor + 12 s",
    measured: `${own.toFixed(1)} s`,
    floor: `${floor.toFixed(1)} s`,
    result: `floor + ${(own - floor).toFixed(1)} s`,
  };
}

/** Memory of the stack that is up. */
async function memory(): Promise<Figure> {
  await sleep(settleSeconds * 1000);
  const ids = await read((await engineOfStack(stack)).ids([`${stackLabel}=${stack}`]));
  const used = memoryMiB(ids.split("\n").filter((id) => id !== ""));
  return {
    what: `memory of three nodes with Flannel, ${settleSeconds} s after the last pod`,
    goal: "1.9 GiB",
    measured: `${(used / 1024).toFixed(2)} GiB`,
    floor: "-",
    result: `${(used / 1024 / 1.9).toFixed(2)} of the goal`,
  };
}

/** `pulumi up` where nothing changes, against a program with one resource of each plugin on the same cluster. */
async function noop(rounds: number): Promise<Figure> {
  const reference = pulumiOn("reference", path.join(__dirname, "reference"), stack);
  const again = ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive"];
  // Plain Pulumi writes no kubeconfig; whoever asks through the lab gets one.
  await read([lab, "kubectl", "-s", stack, "version"]);
  await capture(["pulumi", "stack", "init", "reference"], reference);
  try {
    await read(again, reference);
    const pairs: Pair[] = [];
    for (let round = 0; round < rounds; round += 1) {
      pairs.push({ floor: await seconds(again, reference), own: await seconds(again, pulumiOn(stack, root)) });
    }
    const { own, floor } = medians(pairs);
    return {
      what: `pulumi up that changes nothing, median of ${rounds}`,
      goal: "1.3 times a program with one resource of each plugin",
      measured: `${own.toFixed(1)} s`,
      floor: `${floor.toFixed(1)} s`,
      result: `${median(pairs.map((pair) => pair.own / pair.floor)).toFixed(2)} times`,
    };
  } finally {
    await read(["pulumi", "destroy", "--yes", "--remove", "--non-interactive"], reference);
  }
}

/** Where and how the Pulumi CLI is run for a stack; `cluster` is the stack whose kubeconfig it sees. */
function pulumiOn(name: string, cwd: string, cluster = name) {
  const toolchain = locateToolchain();
  return { cwd, env: { ...toolEnv(toolchain, cluster), PULUMI_STACK: name } };
}

function medians(pairs: readonly Pair[]): Pair {
  return { own: median(pairs.map(({ own }) => own)), floor: median(pairs.map(({ floor }) => floor)) };
}

new Command("bench")
  .description(`Measures the lab against the same steps by hand, in one run on this machine, on the stack ${stack}.`)
  .option("--rounds <n>", "how often the cluster is built each way", "1")
  .option("--write <file>", "keep the table in this file")
  .action(async ({ rounds, write }: { rounds: string; write?: string }) => {
    try {
      const figures: Figure[] = [];
      for (const measure of [() => up(Number(rounds)), memory, () => noop(5)]) {
        figures.push(await measure());
        console.log(figures.slice(-1).map(cells).join());
      }
      console.log(table(header, figures.map(cells)));
      if (write !== undefined) {
        writeFileSync(write, markdown(figures));
      }
    } finally {
      await read([lab, "down", stack]);
    }
  })
  .parseAsync();
