import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { probeNames } from "../../components/probe/probe-names";
import { type PodEvent, readPodEvent } from "./pod-addresses";

/** Until a watch that has ended is started again, in ms. */
const restartMs = 500;

/** Follows the probe's pods by one long-lived kubectl: asking again and again would cost a process each time. */
export class PodWatch {
  private child: ChildProcess | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly env: Readonly<Record<string, string>>,
    private readonly on: { readonly start: () => void; readonly event: (event: PodEvent) => void },
  ) {
    this.start();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.child?.kill("SIGKILL");
  }

  private start(): void {
    const { namespace, name } = probeNames;
    const get = ["kubectl", "--namespace", namespace, "get", "pods", "--selector", `app.kubernetes.io/name=${name}`];
    // Nothing would tell an idle kubectl that its reader was killed.
    const argv = ["--pdeathsig", "KILL", ...get, "--watch", "--output-watch-events", "--output", "json"];
    const env = { ...process.env, ...this.env };
    this.child = spawn("setpriv", argv, { stdio: ["ignore", "pipe", "ignore"], detached: true, env });
    this.child.once("error", () => {});
    this.child.once("close", () => {
      if (!this.stopped) {
        this.timer = setTimeout(() => this.start(), restartMs);
      }
    });
    if (this.child.stdout !== null) {
      this.on.start();
      createInterface({ input: this.child.stdout }).on("line", (line) => {
        const event = readPodEvent(line);
        if (event !== undefined) this.on.event(event);
      });
    }
  }
}
