import { writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Table from "cli-table3";
import { Command } from "commander";
import { execa } from "execa";
import { locateToolchain } from "../toolchain";
import { median, memoryMiB, seconds } from "./measure";

/** One line of the report: what was measured, beside what it is measured against. */
interface Figure {
  readonly what: string;
  readonly goal: string;
  readonly measured: string;
  readonly floor: string;
  readonly result: string;
}

const root = path.resolve(__dirname, "..");
const lab = path.join(root, "lab");
const byHand = (script: string) => path.join(__dirname, "by-hand", script);

/** Seconds after the last pod is ready at which memory is read. */
const settleSeconds = 60;

/** `pulumi up` of the stack, against the same steps by hand; leaves the stack up. */
async function up(rounds: number): Promise<Figure> {
  const image = locateToolchain().nodeImage;
  const pairs: { floor: number; own: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await execa(lab, ["down", "flannel"]);
    await execa(byHand("down.sh"));
    const floor = await seconds([byHand("up.sh"), image]);
    await execa(byHand("down.sh"));
    await execa(lab, ["env", "flannel"]);
    const own = await seconds([lab, "pulumi", "-s", "flannel", "up", "--yes", "--skip-preview", "--non-interactive"]);
    pairs.push({ floor, own });
  }
  const floor = median(pairs.map((pair) => pair.floor));
  const own = median(pairs.map((pair) => pair.own));
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
  const { stdout } = await execa("podman", ["ps", "--quiet", "--no-trunc", "--filter", "label=cni-lab.stack=flannel"]);
  const used = memoryMiB(stdout.split("\n").filter((id) => id !== ""));
  return {
    what: `memory of three nodes with Flannel, ${settleSeconds} s after the last pod`,
    goal: "1.9 GiB",
    measured: `${(used / 1024).toFixed(2)} GiB`,
    floor: "",
    result: "",
  };
}

/** `pulumi up` where nothing changes, against a program with one resource of each plugin on the same cluster. */
async function noop(rounds: number): Promise<Figure> {
  const { stdout } = await execa(lab, ["env", "flannel"]);
  const env = Object.fromEntries(
    (await execa("sh", ["-c", `${stdout}\nenv -0`])).stdout
      .split("\0")
      .filter((line) => line.includes("="))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  const reference = { cwd: path.join(__dirname, "reference"), env: { ...env, PULUMI_STACK: "reference" } };
  await execa("pulumi", ["stack", "init", "reference"], { ...reference, reject: false });
  const upArgs = ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive"];
  try {
    await execa("pulumi", upArgs.slice(1), reference);
    const pairs: { floor: number; own: number }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      pairs.push({ floor: await seconds(upArgs, reference), own: await seconds(upArgs, { cwd: root, env }) });
    }
    const floor = median(pairs.map((pair) => pair.floor));
    const own = median(pairs.map((pair) => pair.own));
    return {
      what: `pulumi up that changes nothing, median of ${rounds}`,
      goal: "at most 1.3 times a program with one resource of each plugin",
      measured: `${own.toFixed(1)} s`,
      floor: `${floor.toFixed(1)} s`,
      result: `${median(pairs.map((pair) => pair.own / pair.floor)).toFixed(2)} times`,
    };
  } finally {
    await execa("pulumi", ["destroy", "--yes", "--remove"], { ...reference, reject: false });
  }
}

function report(figures: readonly Figure[]): string {
  const header = ["figure", "goal", "measured", "by hand", "result"];
  const rows = figures.map(({ what, goal, measured, floor, result }) => [what, goal, measured, floor, result]);
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return `${[line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n")}\n`;
}

new Command("bench")
  .description("Measures the lab against the same steps by hand, in one run on this machine. Takes the stack flannel.")
  .option("--rounds <n>", "how often the cluster is built each way", "1")
  .option("--write <file>", "keep the table in this file")
  .action(async ({ rounds, write }: { rounds: string; write?: string }) => {
    const figures = [await up(Number(rounds)), await memory(), await noop(5)];
    const table = new Table({ head: ["figure", "goal", "measured", "by hand", "result"], wordWrap: true });
    table.push(...figures.map(({ what, goal, measured, floor, result }) => [what, goal, measured, floor, result]));
    console.log(table.toString());
    if (write !== undefined) {
      writeFileSync(write, report(figures));
    }
  })
  .parseAsync();
