import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import type { Order, Outcome, Target } from "./protocol";

/** How long a prober may take to end by itself: as long as its last probes, and some. In ms. */
const endMs = 4_000;

/** Bundles the prober into one file of plain JavaScript, which starts sooner and stays smaller than TypeScript. */
export async function bundleProber(file: string): Promise<void> {
  await build({
    entryPoints: [path.join(__dirname, "prober/main.ts")],
    outfile: file,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    logLevel: "error",
  });
}

/** A prober in the network of one node. It ends when this process does, however that ends. */
export class ProberProcess {
  private readonly child: ChildProcess;
  private readonly closed: Promise<void>;
  private lastOrder = "";

  /**
   * @param file the bundled prober
   * @param pid a process of the node
   */
  constructor(file: string, pid: number, onOutcome: (outcome: Outcome) => void) {
    const argv = ["--target", String(pid), "--net", process.execPath, file];
    // In a group of its own, so that Ctrl-C does not reach it before its last outcomes are out.
    this.child = spawn("nsenter", argv, { stdio: ["pipe", "pipe", "ignore"], detached: true });
    this.closed = new Promise((resolve) => {
      this.child.once("close", () => resolve());
      this.child.once("error", () => resolve());
    });
    // One that has ended takes no orders: what it lacks shows in the report.
    this.child.stdin?.on("error", () => {});
    if (this.child.stdout !== null) {
      createInterface({ input: this.child.stdout }).on("line", (line) => onOutcome(JSON.parse(line) as Outcome));
    }
  }

  /** What it asks from now on. */
  order(targets: readonly Target[]): void {
    const order = JSON.stringify({ targets } satisfies Order);
    if (order !== this.lastOrder) {
      this.lastOrder = order;
      this.child.stdin?.write(`${order}\n`);
    }
  }

  /** Lets the last probes come in, and ends it. */
  async stop(): Promise<void> {
    this.child.stdin?.end();
    const timer = setTimeout(() => this.child.kill("SIGKILL"), endMs);
    await this.closed;
    clearTimeout(timer);
  }
}
