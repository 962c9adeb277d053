import PQueue from "p-queue";
import { scriptArgv } from "../../components/cluster/shell/node-shell";
import { carryScript, lackingScript } from "../../components/cni/swap/carry-script";
import { CommandFailed } from "../../lib/command-failed";
import { capture } from "../run/capture";
import { existingCluster } from "./existing";
import { machineExec } from "./machine-exec";

/** How many nodes are given an image side by side: all come from this machine. */
const atOnce = 4;

/** How long a node may take to say what it has, and to take an image; in ms. */
const limits = { look: 60_000, carry: 600_000 } as const;

/**
 * Gives those nodes of an adopted cluster an image that have it not.
 *
 * @param stack its name
 * @param archive a file of this machine that has the image
 * @throws CommandFailed that names each node that can't have it, and why
 */
export async function carryImage(stack: string, image: string, archive: string): Promise<void> {
  const { machines, pod } = existingCluster(stack);
  const queue = new PQueue({ concurrency: atOnce });
  const carry = async (machine: (typeof machines)[number]): Promise<string[]> => {
    const words = (text: string) => scriptArgv({ text, args: [machine.name, image] });
    const lacking = await capture(machineExec(machine, words(lackingScript), "nothing", pod), {
      timeoutMs: limits.look,
    });
    if (lacking.exitCode !== 0 || lacking.stdout.trim() === "") {
      return lacking.exitCode === 0 ? [] : [lastWords(machine.name, lacking.stderr)];
    }
    const carried = await capture(machineExec(machine, words(carryScript), "input", pod), {
      ...{ inputFile: archive, timeoutMs: limits.carry },
    });
    if (carried.exitCode !== 0) {
      return [lastWords(machine.name, carried.stderr)];
    }
    // Standard output may hold a report.
    console.error(carried.stderr.trim());
    return [];
  };
  const troubles = await Promise.all(machines.map((machine) => queue.add(() => carry(machine))));
  const told = troubles.flatMap((each) => each ?? []);
  if (told.length > 0) {
    throw new CommandFailed(`${image} can't be given to all nodes: ${told.join("; ")}`);
  }
}

/** The last line, which says why; the scripts' own begin with the node. */
function lastWords(node: string, said: string): string {
  const last = said.trim().split("\n").at(-1) ?? "";
  return last.startsWith(`${node}: `) ? last : `${node}: ${last}`;
}
