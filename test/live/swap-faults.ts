import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import type { LabUnderTest } from "./lab";
import { descendants } from "./processes";
import type { Cell, Fault, Moment } from "./swap-cells";
import type { Look } from "./swap-facts";
import { firstNode, isMoment, untilSeen, type Way } from "./swap-moments";

/** Seconds that an update may go on after a node has died, before its user ends it as one does: by Ctrl-C. */
const patience = 20;

/** Seconds in which a swap comes to any of its moments. */
const momentSeconds = 300;

/** The plugin that works at a moment, or next. */
const plugins: Record<Moment, "command" | "kubernetes"> = {
  "new-applied": "kubernetes",
  "new-ready": "command",
  "first-node-moving": "command",
  "first-node-moved": "command",
  "old-deleted": "kubernetes",
  "mid-clean": "command",
};

/** What `pulumi` is told to do to give the stack a CNI. */
export function upArgs(cni: string): string[] {
  const display = ["--non-interactive", "--color", "never", "--suppress-outputs"];
  return ["up", "--config", `cni=${cni}`, "--yes", "--skip-preview", ...display];
}

/** An update that runs. What it prints is for people: nothing here may read it. */
interface Update extends PromiseLike<{ readonly exitCode?: number }> {
  readonly pid?: number;
  kill(signal: "SIGINT"): boolean;
}

/**
 * Runs `pulumi up` with the new CNI, and ends something by force when the moment comes.
 *
 * @param look how the cluster is seen meanwhile
 * @returns the update's exit code
 * @throws Error where the moment did not come, when the update has ended
 */
export async function breakSwap(
  lab: Pick<LabUnderTest, "stack" | "start">,
  look: Look,
  way: Way,
  { fault, moment }: Pick<Cell, "fault" | "moment">,
): Promise<number> {
  const update: Update = lab.start("pulumi", "-s", lab.stack, ...upArgs(way.to));
  let exitCode: number | undefined;
  const ended = update.then((result) => {
    exitCode = result.exitCode ?? -1;
    return exitCode;
  });
  const waiting = {
    seconds: momentSeconds,
    over: () => (exitCode === undefined ? undefined : `the update had ended with ${exitCode}`),
  };
  try {
    const what = `the moment ${moment} of a swap from ${way.from} to ${way.to}`;
    await untilSeen(what, look, (seen) => isMoment[moment](seen, way) || undefined, waiting);
    await inflict(fault, { container: `cni-lab-${lab.stack}-${firstNode}`, lab: update.pid ?? 0, moment });
  } catch (error) {
    update.kill("SIGINT");
    await ended;
    throw error;
  }
  if (fault === "node") {
    await Promise.race([ended, sleep(patience * 1_000, undefined, { ref: false })]);
    if (exitCode === undefined) update.kill("SIGINT");
  }
  return ended;
}

interface Victims {
  readonly container: string;
  /** The process of `./lab pulumi`. */
  readonly lab: number;
  readonly moment: Moment;
}

async function inflict(fault: Fault, { container, lab, moment }: Victims): Promise<void> {
  switch (fault) {
    case "engine":
      return killEngine(lab);
    case "plugin":
      return killOne(lab, `/pulumi-resource-${plugins[moment]} `);
    case "kubelet":
      await execa("podman", ["exec", container, "systemctl", "kill", "--signal", "KILL", "kubelet"]);
      return;
    case "node":
      await execa("podman", ["kill", container]);
  }
}

/** An engine's language host does not end with it. */
function killEngine(lab: number): void {
  const hosts = descendants(lab, "pulumi-language-nodejs");
  killOne(lab, "pulumi up ");
  for (const host of hosts) process.kill(host, "SIGKILL");
}

function killOne(root: number, text: string): void {
  const [pid, ...others] = descendants(root, text);
  if (pid === undefined || others.length > 0) {
    throw new Error(`${text}: ${pid === undefined ? "no process" : others.length + 1} where one was expected`);
  }
  process.kill(pid, "SIGKILL");
}
