import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Command } from "commander";
import { z } from "zod";
import type { Strategy } from "../cli/commands/metered-update";
import { measure } from "../driver/meter/measure";
import { type OutageReport, reportLines } from "../driver/meter/report";
import { read } from "../driver/run/capture";
import { engineOfStack } from "../driver/stack/container-engine";
import { probersInContainers } from "../driver/stack/container-probers";
import { type ToolEnv, toolEnv } from "../driver/stack/env";
import { table } from "../lib/terminal/table";
import { locateToolchain } from "../toolchain";
import { cells, type Figure, header, markdown } from "./figures";
import { manifestOf, swappable } from "./manifest";

/** One swap by the lab and one by hand, in the same direction. */
interface Pair {
  readonly from: string;
  readonly to: string;
  readonly own: OutageReport;
  readonly byHand: OutageReport;
}

/** The stack whose CNI is swapped, and how it is reached. */
interface Bench {
  readonly stack: string;
  /** The CNI that it has, and ends with. */
  readonly start: string;
  readonly nodes: readonly { readonly name: string; readonly container: string }[];
  readonly env: ToolEnv;
  /** Holds the manifests for the scripts. */
  readonly folder: string;
}

const lab = path.resolve(__dirname, "../lab");

/** There and back by the lab, then there and back by hand: the cluster is then again what the stack's state says. */
async function thereAndBack(strategy: Strategy, bench: Bench): Promise<Pair[]> {
  const [other = bench.start] = swappable.filter((cni) => cni !== bench.start);
  const there = [bench.start, other] as const;
  const back = [other, bench.start] as const;
  const own: OutageReport[] = [];
  for (const [, to] of [there, back]) {
    own.push(tell("lab", await byLab(to, strategy, bench)));
    writeFileSync(path.join(bench.folder, `${to}.json`), await manifestOf(to, bench.env));
  }
  const pairs: Pair[] = [];
  for (const [i, [from, to]] of [there, back].entries()) {
    const byHand = tell("by hand", await typed(from, to, strategy, bench));
    const lab = own[i];
    pairs.push(...(lab === undefined ? [] : [{ from, to, own: lab, byHand }]));
  }
  return pairs;
}

async function byLab(to: string, strategy: Strategy, { stack }: Bench): Promise<OutageReport> {
  const printed = await read([lab, "swap", stack, to, "--strategy", strategy]);
  const [, file] = /^outage: (.+)$/m.exec(printed) ?? [];
  if (file === undefined) {
    throw new Error(`no outage report: ${printed}`);
  }
  return JSON.parse(readFileSync(file, "utf8"));
}

/** By hand, with the lab's meter. */
async function typed(from: string, to: string, strategy: Strategy, bench: Bench): Promise<OutageReport> {
  const script = path.join(__dirname, "by-hand", `swap-${strategy}.sh`);
  const { stack, nodes, env, folder } = bench;
  const probers = probersInContainers(await engineOfStack(stack), nodes, locateToolchain().prober);
  const { report } = await measure({ probers, env }, { from, to, strategy }, async () => {
    await read([script, `cni-lab-${stack}-`, from, to, folder], { env });
    return { whole: true };
  });
  if (report === undefined) {
    throw new Error("the meter did not start");
  }
  return report;
}

/** A run takes minutes: what has been measured is shown at once. */
function tell(who: string, report: OutageReport): OutageReport {
  console.log(`\n${report.from} to ${report.to}, ${report.strategy}, ${who}\n${reportLines(report).join("\n")}`);
  return report;
}

function rollingFigures({ from, to, own, byHand }: Pair): Figure[] {
  const loss = ({ totals: { service, nodes, dns } }: OutageReport) =>
    `${service.lost} of ${service.sent}; ${nodes.lost} of ${nodes.sent} between nodes; ${dns.lost} of ${dns.sent} DNS`;
  return [
    {
      what: `rolling, ${from} to ${to}: requests to the Service lost, 10/s from each node`,
      goal: "0; longest gap 1 s",
      measured: `${loss(own)}; ${seconds(own.totals.service.longestGapMs)}`,
      floor: `${loss(byHand)}; ${seconds(byHand.totals.service.longestGapMs)}`,
      result: `${own.totals.service.lost}; ${seconds(own.totals.service.longestGapMs)}`,
    },
    ratio(`rolling, ${from} to ${to}: in all`, "1.3 times by hand", own.tookMs, byHand.tookMs),
  ];
}

function replaceFigures({ from, to, own, byHand }: Pair): Figure[] {
  const what = `replace, ${from} to ${to}: from the first pair cut off to the last reachable`;
  return [ratio(what, "1.1 times by hand", outageMs(own), outageMs(byHand))];
}

function outageMs({ outage }: OutageReport): number {
  return outage?.toMs === undefined ? Number.NaN : outage.toMs - outage.fromMs;
}

function ratio(what: string, goal: string, ownMs: number, floorMs: number): Figure {
  return {
    what,
    goal,
    measured: seconds(ownMs),
    floor: seconds(floorMs),
    result: `${(ownMs / floorMs).toFixed(2)} times`,
  };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

const statusFormat = z.object({
  cni: z.enum(swappable),
  nodes: z.array(z.object({ name: z.string(), container: z.string() })),
});

/** Brings the stack up and gets the manifest of the CNI that it has. */
async function prepare(stack: string, folder: string): Promise<Bench> {
  await read([lab, "up", stack]);
  const { cni, nodes } = statusFormat.parse(JSON.parse(await read([lab, "status", stack, "--json"])));
  const env = toolEnv(locateToolchain(), stack);
  writeFileSync(path.join(folder, `${cni}.json`), await manifestOf(cni, env));
  return { stack, start: cni, nodes, env, folder };
}

new Command("swap")
  .description("Measures swaps of the CNI against the same by hand, in one run on this machine.")
  .option("--stack <stack>", "the stack, of three nodes; it is taken down at the end", "test-flannel")
  .option("--strategies <list>", "which are measured", "rolling,replace")
  .option("--write <file>", "keep the table in this file")
  .action(async ({ stack, strategies, write }: { stack: string; strategies: string; write?: string }) => {
    const folder = mkdtempSync(path.join(tmpdir(), "cni-lab-bench-"));
    try {
      const bench = await prepare(stack, folder);
      const figures: Figure[] = [];
      if (strategies.includes("rolling")) {
        figures.push(...(await thereAndBack("rolling", bench)).flatMap(rollingFigures));
      }
      if (strategies.includes("replace")) {
        figures.push(...(await thereAndBack("replace", bench)).flatMap(replaceFigures));
      }
      console.log(`\n${table(header, figures.map(cells))}`);
      if (write !== undefined) {
        writeFileSync(write, markdown(figures));
      }
    } finally {
      rmSync(folder, { recursive: true });
      await read([lab, "down", stack]);
    }
  })
  .parseAsync();
