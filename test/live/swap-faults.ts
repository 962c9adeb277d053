import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import type { LabUnderTest } from "./lab";
import { descendants } from "./processes";
import type { Cell, Fault, Moment } from "./swap-cells";

/** The node that a swap moves first: everything is done to it. */
const firstNode = "n2";

/** Seconds that an update may go on after a node has died, before its user ends it as one does: by Ctrl-C. */
const patience = 20;

/** What the engine prints at a moment of a swap. */
const signs: Record<Moment, (from: string, to: string) => RegExp> = {
  "new-applied": (_, to) => RegExp(`DaemonSet ${to}-daemonset creating .*rollout`),
  "new-ready": (_, to) => RegExp(`DaemonSet ${to}-daemonset created`),
  "first-node-moving": (from) => RegExp(`Command ${from}-handover-${firstNode} deleting .*: moves `),
  "first-node-moved": (from) => RegExp(`Command ${from}-handover-${firstNode} deleted`),
  "old-deleted": (from) => RegExp(`DaemonSet ${from}-daemonset deleted`),
  "mid-clean": (from) => RegExp(`Command ${from}-clean-${firstNode} deleting .*: removes what`),
};

/** The plugin that works at a moment, or next. */
const plugins: Record<Moment, "command" | "kubernetes"> = {
  "new-applied": "kubernetes",
  "new-ready": "command",
  "first-node-moving": "command",
  "first-node-moved": "command",
  "old-deleted": "kubernetes",
  "mid-clean": "command",
};

/** A swap in which something failed. */
export interface BrokenSwap {
  /** The line at which it was done; `undefined` where the moment did not come. */
  readonly at: string | undefined;
  readonly exitCode: number;
  readonly output: string;
}

/** What `pulumi` is told to do to give the stack a CNI. */
export function upArgs(cni: string): string[] {
  const display = ["--non-interactive", "--color", "never", "--suppress-outputs"];
  return ["up", "--config", `cni=${cni}`, "--yes", "--skip-preview", ...display];
}

/** Runs `pulumi up` with the new CNI, and ends something by force when the moment comes. */
export async function breakSwap(
  lab: Pick<LabUnderTest, "stack" | "start">,
  { from, to }: { readonly from: string; readonly to: string },
  { fault, moment }: Pick<Cell, "fault" | "moment">,
): Promise<BrokenSwap> {
  const update = lab.start("pulumi", "-s", lab.stack, ...upArgs(to));
  const sign = signs[moment](from, to);
  let at: string | undefined;
  let ended = false;
  const watched = (async () => {
    for await (const line of createInterface({ input: update.all })) {
      if (at === undefined && sign.test(line)) {
        at = line;
        await inflict(fault, { container: `cni-lab-${lab.stack}-${firstNode}`, lab: update.pid ?? 0, moment });
        if (fault === "node") void endAfterPatience();
      }
    }
  })();
  async function endAfterPatience(): Promise<void> {
    await sleep(patience * 1_000, undefined, { ref: false });
    if (!ended) update.kill("SIGINT");
  }
  const { exitCode, all } = await update;
  ended = true;
  await watched;
  return { at, exitCode: exitCode ?? -1, output: all };
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
