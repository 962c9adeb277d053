import type { ContainerEngine } from "../../components/cluster/engine/engine";
import { engineOf } from "../../components/cluster/engine/engines";
import { defaultLan } from "../../components/cluster/lan";
import { capture } from "../../driver/run/capture";
import { nodeContainers } from "../../driver/stack/containers";
import type { Lab } from "../../labs/format/lab-data";
import type { Progress } from "../../lib/progress";
import { type Problem, UserError } from "../../lib/user-error";
import type { LabConfig } from "../../stacks/schema";
import { ensureSystem, type Missing, missing } from "../../toolchain";
import { inotifyProblems, inotifyState } from "./inotify";
import { lanProblems, usedNetworks } from "./networks";
import { availableMiB, diskProblems, memoryProblems } from "./resources";

/**
 * Mends what can be mended on this machine; then everything that would still keep a stack from coming up is told at
 * once, before anything is created.
 */
export async function preflight(lab: Lab, stack: string, config: LabConfig, progress: Progress): Promise<void> {
  const machine = (await machineLacks(progress)).map(
    ({ what, fix }): Problem => ({ field: "this machine", rule: `lacks ${what}`, fix }),
  );
  // Without a container engine nothing else can be asked.
  const own = machine.length > 0 ? [] : await stackProblems(lab, stack, config);
  const problems = [...machine, ...own];
  if (problems.length > 0) {
    throw new UserError(problems);
  }
}

/** What this machine lacks after all that can be installed has been. */
export async function machineLacks(progress: Progress): Promise<Missing[]> {
  const lacks = await missing("load");
  if (lacks.length === 0) {
    return lacks;
  }
  await ensureSystem(progress);
  return missing("load");
}

/** What of the engine, its networks and this machine keeps a stack from coming up. */
export async function stackProblems(lab: Lab, stack: string, config: LabConfig): Promise<Problem[]> {
  const engine = engineOf(config.engine);
  const store = await capture(engine.storeFolder());
  if (store.exitCode !== 0) {
    return [engineProblem(engine, store.stderr)];
  }
  const lan = config.lanCidr ?? defaultLan(stack);
  const [nodes, used] = await Promise.all([nodeContainers(stack), usedNetworks(engine, stack)]);
  const isUp = nodes.some(({ running }) => running);
  return [
    ...lanProblems(lan, stack, used),
    ...diskProblems(store.stdout.trim()),
    ...(isUp ? [] : newClusterProblems(lab, config.nodes)),
  ];
}

/** An engine that is there and can't be used. */
function engineProblem({ name }: ContainerEngine, said: string): Problem {
  return { field: "engine", value: name, rule: `must work, and says: ${said.trim()}`, fix: `see ${name} info` };
}

function newClusterProblems(lab: Lab, nodes: number): Problem[] {
  const available = availableMiB();
  const { used, limit } = inotifyState();
  return [
    ...(available === undefined ? [] : memoryProblems(lab, nodes, available)),
    ...inotifyProblems(nodes, used, limit),
  ];
}
