import { existsSync } from "node:fs";
import { engineOf } from "../../components/cluster/engine/engines";
import { apiPortOf, defaultLan } from "../../components/cluster/lan";
import { nodeContainers, partContainers } from "../../driver/stack/containers";
import type { Lab } from "../../labs/format/lab-data";
import type { Progress } from "../../lib/progress";
import { type Problem, UserError } from "../../lib/user-error";
import type { LabConfig } from "../../stacks/schema";
import { ensureSystem, type Missing, missing, thisMachine } from "../../toolchain";
import { apiPortProblems } from "./api-port";
import { engineProblems, infoOf } from "./engine";
import { inotifyProblems, inotifyState } from "./inotify";
import { lanProblems, usedNetworks } from "./networks";
import { availableMiB, diskProblems, memoryProblems } from "./resources";

/**
 * Mends what can be mended on this machine; then everything that would still keep a stack from coming up is told at
 * once, before anything is created.
 */
export async function preflight(lab: Lab, stack: string, config: LabConfig, progress: Progress): Promise<void> {
  const machine = (await machineLacks(progress, engineOf(config.engine).name)).map(
    ({ what, fix }): Problem => ({ field: "this machine", rule: `lacks ${what}`, fix }),
  );
  // Without a container engine nothing else can be asked.
  const own = machine.length > 0 ? [] : await stackProblems(lab, stack, config);
  const problems = [...machine, ...own];
  if (problems.length > 0) {
    throw new UserError(problems);
  }
}

/** What this machine lacks after all that can be installed has been. @param engine the name of the engine that runs nodes */
export async function machineLacks(progress: Progress, engine = engineOf().name): Promise<Missing[]> {
  const lacks = await missing("load", engine);
  if (lacks.length === 0) {
    return lacks;
  }
  await ensureSystem(progress, thisMachine(engine));
  return missing("load", engine);
}

/** What of the engine, its networks and this machine keeps a stack from coming up. */
export async function stackProblems(lab: Lab, stack: string, config: LabConfig): Promise<Problem[]> {
  const engine = engineOf(config.engine);
  const info = await infoOf(engine);
  if ("rule" in info) {
    return [info];
  }
  const lan = config.lanCidr ?? defaultLan(stack);
  const [nodes, own, used] = await Promise.all([
    nodeContainers(stack),
    partContainers(stack),
    usedNetworks(engine, stack),
  ]);
  const isUp = nodes.some(({ running }) => running);
  return [
    ...engineProblems(engine, info),
    ...lanProblems(lan, stack, used),
    // Of a machine that is another one nothing can be asked here.
    ...(existsSync(info.folder)
      ? [
          ...diskProblems(info.folder),
          ...(isUp ? [] : newClusterProblems(lab, config.nodes)),
          ...(engine.reach === "loopback" && own.length === 0 ? await apiPortProblems(apiPortOf(lan), stack) : []),
        ]
      : []),
  ];
}

function newClusterProblems(lab: Lab, nodes: number): Problem[] {
  const available = availableMiB();
  const { used, limit } = inotifyState();
  return [
    ...(available === undefined ? [] : memoryProblems(lab, nodes, available)),
    ...inotifyProblems(nodes, used, limit),
  ];
}
