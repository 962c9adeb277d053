import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Argv } from "../../components/cluster/engine/engine";
import { monotonicMs, type Order, type Outcome, readLine } from "./protocol";
import { Sight } from "./sight";

/** How long a prober may take to end by itself: as long as its last probes, and some. In ms. */
const endMs = 4_000;

/** Until one whose connection was lost is started again, in ms. */
const restartMs = 500;

/** Who hears of it. */
interface Listener {
  readonly outcome: (outcome: Outcome) => void;
  /** The connection was lost: what is asked meanwhile is not seen. */
  readonly lost: () => void;
}

/** A prober in the network of one node, started anew when it is lost. It ends when this process does, however that ends. */
export class Prober {
  /** One for each connection. */
  readonly sights: Sight[] = [];
  /** Resolves when it has said something. */
  readonly heard: Promise<void>;
  private hear = () => {};
  private child: ChildProcess | undefined;
  private closed: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private stopping = false;
  private order = "";
  private said = "";

  /** @param argv runs a prober there, with its input and its output */
  constructor(
    private readonly argv: Argv,
    private readonly env: Readonly<Record<string, string>>,
    private readonly on: Listener,
  ) {
    this.heard = new Promise((resolve) => {
      this.hear = resolve;
    });
    this.start();
  }

  /** What was said of the last failure, in one line. */
  get trouble(): string {
    return this.said || "it says nothing";
  }

  /** What it asks from now on. */
  ask(asked: Order): void {
    const order = JSON.stringify(asked);
    if (order !== this.order) {
      this.order = order;
      this.child?.stdin?.write(`${order}\n`);
    }
  }

  /** Lets the last probes come in, and ends it. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    this.child?.stdin?.end();
    const timer = setTimeout(() => this.child?.kill("SIGKILL"), endMs);
    await this.closed;
    clearTimeout(timer);
  }

  private start(): void {
    const [program = "", ...args] = this.argv;
    const sight = new Sight();
    this.sights.push(sight);
    // In a group of its own, so that Ctrl-C does not reach it before its last outcomes are out.
    const child = spawn(program, args, { stdio: "pipe", detached: true, env: { ...process.env, ...this.env } });
    this.child = child;
    this.closed = new Promise((resolve) => {
      const end = () => {
        this.again();
        resolve();
      };
      child.once("close", end);
      child.once("error", (error) => {
        this.said = error.message;
        end();
      });
    });
    // One that has ended takes no orders: what it lacks shows in the report.
    child.stdin.on("error", () => {});
    createInterface({ input: child.stdout }).on("line", (line) => this.take(line, sight));
    let isFirst = true;
    createInterface({ input: child.stderr }).on("line", (line) => {
      // What kubectl says after it is of an exit code.
      if (isFirst) this.said = line;
      isFirst = false;
    });
    if (this.order !== "") {
      child.stdin.write(`${this.order}\n`);
    }
  }

  private take(line: string, sight: Sight): void {
    const told = readLine(line);
    if (told === undefined) return;
    if ("now" in told) {
      sight.pulse(told, monotonicMs());
      this.hear();
    } else {
      sight.outcome(told);
      this.on.outcome(told);
    }
  }

  private again(): void {
    if (!this.stopping) {
      this.on.lost();
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.start(), restartMs);
    }
  }
}
