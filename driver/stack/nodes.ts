import type { Argv, Terminal } from "../../components/cluster/engine/engine";
import { nodeContainers } from "./containers";
import { existingCluster, isExisting } from "./existing";
import { machineExec } from "./machine-exec";

/** A node of a stack on which a command can run. */
export interface StackNode {
  /** Its name in Kubernetes. */
  readonly name: string;
  /** The container it is; absent for a machine. */
  readonly container?: string;
  /** The command of this machine that runs another one there, as root. */
  exec(words: Argv, terminal?: Terminal): Argv;
}

/** The nodes of a stack that run, as far as this machine can tell. */
export async function nodesOfStack(stack: string): Promise<StackNode[]> {
  if (isExisting(stack)) {
    const { machines, pod } = existingCluster(stack);
    return machines.map((machine) => ({
      name: machine.name,
      exec: (words, terminal = "nothing") => machineExec(machine, words, terminal, pod),
    }));
  }
  const containers = (await nodeContainers(stack)).filter(({ running }) => running);
  return containers.map(({ node, container, engine }) => ({
    name: node,
    container,
    exec: (words, terminal) => engine.exec(container, words, terminal),
  }));
}
