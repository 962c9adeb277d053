import type { ContainerEngine } from "../../components/cluster/engine/engine";
import { engineChoices, engineOf } from "../../components/cluster/engine/engines";
import { FileBackend } from "./backend";
import { ConfigFile } from "./config-file";
import { backendUrl } from "./env";
import { stackConfigFile } from "./paths";

/**
 * The container engine that a stack is made on: the one that its program told at its last update, or else the one that
 * its config asks for. A state from before stacks told theirs has what `auto` is.
 *
 * @throws UserError where the state names an engine that this version does not know
 */
export function engineOfStack(stack: string): ContainerEngine {
  return engineOf(quietly(() => FileBackend.at(backendUrl())?.summary(stack)?.engine) ?? wantedEngine(stack));
}

function wantedEngine(stack: string): string | undefined {
  const wanted = quietly(() => new ConfigFile(stackConfigFile(stack)).values().engine);
  // What is wrong in the config is told by the commands that read it for its own sake.
  return engineChoices.find((name) => name === wanted);
}

/** A state or a config that can't be read tells nothing here: such a stack is to be looked at, and removed, as well. */
function quietly(read: () => string | undefined): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
