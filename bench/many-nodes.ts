import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Command } from "commander";
import { nodesPerResource } from "../driver/adopt/nodes-per-resource";
import { table } from "../lib/terminal/table";
import { startControlPlane } from "../test/engine/apiserver";
import { type Operation, PulumiProject } from "../test/engine/support";
import { locateToolchain } from "../toolchain";
import { readOrEmpty } from "./measure";

/** What one operation on a stack of so many nodes took. */
interface Took {
  readonly seconds: number;
  /** The most memory that the engine, the program and the plugins had together, in MiB. */
  readonly memory: number;
}

const operations = ["preview of all", "up", "up without a change", "preview of a swap", "swap"] as const;

interface Row {
  readonly nodes: number;
  readonly took: Readonly<Record<(typeof operations)[number], Took>>;
  /** Of the state's file before the swap, in MiB. */
  readonly state: number;
  readonly resources: number;
}

const components = path.resolve(__dirname, "../components");

/** A program with the CNI on so many machines. Its ssh is a stand-in that does nothing: what is left is the engine's. */
function program(nodes: number, perResource: number, cni: string, kubeconfig: string): string {
  return `
    const { Cni } = require(${JSON.stringify(path.join(components, "cni/cni"))});
    const { SshShell } = require(${JSON.stringify(path.join(components, "cluster/shell/ssh-shell"))});
    const nodes = Array.from({ length: ${nodes} }, (_, i) => {
      const address = "10.0." + (i >> 8) + "." + (i & 255);
      const shell = new SshShell({ host: address, user: "admin", sudo: true, hostKey: "ssh-ed25519 AAAA" });
      return { name: "node-" + (i + 1), address, shell };
    });
    const kubeconfig = ${JSON.stringify(kubeconfig)};
    const provider = new k8s.Provider("api", { kubeconfig, enableConfigMapMutable: true });
    new Cni("cni", { type: "${cni}", access: { nodes, kubeconfig, nodesPerResource: ${perResource} }, atOnce: "10%" }, { provider });
  `;
}

async function measure(nodes: number, perResource: number, binDir: string, standIns: string): Promise<Row> {
  const api = await startControlPlane(binDir);
  const project = await PulumiProject.make(binDir, ["command", "kubernetes"], standIns);
  try {
    const set = (cni: string) => project.program(program(nodes, perResource, cni, api.kubeconfig));
    await set("flannel");
    const first = await timed(() => project.preview());
    const up = await timed(() => project.up());
    const again = await timed(() => project.up());
    const state = project.stateText();
    await set("weave");
    const preview = await timed(() => project.preview());
    const swap = await timed(() => project.up());
    return {
      nodes,
      took: {
        "preview of all": first,
        up,
        "up without a change": again,
        "preview of a swap": preview,
        swap,
      },
      state: state.length / 1024 ** 2,
      resources: JSON.parse(state).checkpoint.latest.resources.length,
    };
  } finally {
    await project.destroy();
    await project.dispose();
    await api.stop();
  }
}

async function timed(operate: () => Promise<Operation>): Promise<Took> {
  let memory = 0;
  const sampler = setInterval(() => {
    memory = Math.max(memory, ownMemory());
  }, 500);
  const start = process.hrtime.bigint();
  try {
    const { exitCode, output } = await operate();
    if (exitCode !== 0) {
      throw new Error(output);
    }
  } finally {
    clearInterval(sampler);
  }
  return { seconds: Number(process.hrtime.bigint() - start) / 1e9, memory };
}

/** Programs that a Pulumi operation consists of; what they start on nodes is not counted. */
const engine = /pulumi|node/;

/** The proportional set size of all that descends from this process, in MiB. */
function ownMemory(): number {
  const parents = new Map(
    readdirSync("/proc").flatMap((entry) => {
      const parent = /^\d+$/.test(entry)
        ? /^\d+ \(.*\) \S (\d+)/s.exec(readOrEmpty(`/proc/${entry}/stat`))?.[1]
        : undefined;
      return parent === undefined ? [] : [[Number(entry), Number(parent)] as const];
    }),
  );
  const isOurs = (pid: number | undefined): boolean =>
    pid !== undefined && pid > 1 && (parents.get(pid) === process.pid || isOurs(parents.get(pid)));
  const counted = [...parents.keys()].filter((pid) => isOurs(pid) && engine.test(readOrEmpty(`/proc/${pid}/comm`)));
  const kilobytes = counted.map((pid) =>
    Number(/^Pss:\s+(\d+)/m.exec(readOrEmpty(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0),
  );
  return kilobytes.reduce((sum, each) => sum + each, 0) / 1024;
}

const header = ["nodes", "resources", "state", ...operations];

function cells({ nodes, resources, state, took }: Row): string[] {
  const each = operations.map((name) => `${took[name].seconds.toFixed(1)} s, ${took[name].memory.toFixed(0)} MiB`);
  return [String(nodes), String(resources), `${state.toFixed(1)} MiB`, ...each];
}

/** How much more the largest takes for each node than the smallest, by what both have without any node. */
function growth(rows: readonly Row[]): string {
  const [small, middle, large] = [rows[0], rows.at(-2), rows.at(-1)];
  if (small === undefined || middle === undefined || large === undefined || rows.length < 3) {
    return "";
  }
  const slope = (a: Row, b: Row, of: (row: Row) => number) => (of(b) - of(a)) / (b.nodes - a.nodes);
  const lines = operations.map((name) => {
    const of = (row: Row) => row.took[name].seconds;
    const ratio = slope(middle, large, of) / slope(small, middle, of);
    return `${name}: a node more costs ${(slope(middle, large, of) * 1000).toFixed(0)} ms at the end, ${ratio.toFixed(2)} times what it costs at the beginning`;
  });
  return lines.map((line) => `- ${line}\n`).join("");
}

new Command("many-nodes")
  .description("Measures what the engine takes for a CNI on many nodes, whose machines are stand-ins.")
  .option("--nodes <list>", "how many nodes, from few to many", "25,100,200")
  .option("--per-resource <number>", "how many nodes one resource stands for (default: as ./lab adopt has it)")
  .option("--write <file>", "keep the table in this file")
  .action(async ({ nodes, perResource, write }: { nodes: string; perResource?: string; write?: string }) => {
    const { binDir } = locateToolchain();
    const standIns = mkdtempSync(path.join(tmpdir(), "cni-lab-bench-"));
    try {
      writeFileSync(path.join(standIns, "ssh"), "#!/bin/sh\nexit 0\n");
      chmodSync(path.join(standIns, "ssh"), 0o755);
      const rows: Row[] = [];
      for (const count of nodes.split(",").map(Number)) {
        rows.push(await measure(count, Number(perResource ?? nodesPerResource(count)), binDir, standIns));
        console.log(table(header, rows.slice(-1).map(cells)));
      }
      const line = (words: readonly string[]) => `| ${words.join(" | ")} |\n`;
      const text = [header, header.map(() => "---"), ...rows.map(cells)].map(line).join("");
      console.log(`\n${text}\n${growth(rows)}`);
      if (write !== undefined) {
        writeFileSync(write, `${text}\n${growth(rows)}`);
      }
    } finally {
      rmSync(standIns, { recursive: true });
    }
  })
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
