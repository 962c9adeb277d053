import { choiceLine, type EngineChoice, readChoice } from "../../components/cluster/choose-engine";
import type { ContainerEngine } from "../../components/cluster/engine/engine";
import { engineOf, engines } from "../../components/cluster/engine/engines";
import { podman } from "../../components/cluster/engine/podman";
import { UserError } from "../../lib/user-error";
import { capture } from "../run/capture";
import { FileBackend } from "./backend";
import { ConfigFile } from "./config-file";
import { backendUrl } from "./env";
import { stackConfigFile } from "./paths";

/**
 * The container engine that a stack is made on: the one that its program told at its last update, or else the one that
 * its config asks for, or else the one that has its containers.
 *
 * @param config the stack's config file
 * @throws UserError where the state names an engine that this version does not know, and where several have containers
 * of the stack and nothing tells which are meant
 */
export async function engineOfStack(stack: string, config = stackConfigFile(stack)): Promise<ContainerEngine> {
  const told = quietly(() => FileBackend.at(backendUrl())?.summary(stack));
  if (told?.outputs === true) return engineTold(told);
  const wanted = wantedEngine(config);
  return wanted === undefined ? (await engineHere(stack)).engine : engineOf(wanted);
}

/** The engine that a stack which leaves it open is on, or would be made on; without a stack, that a new one would be. @throws UserError where several have containers of it */
export async function engineHere(stack?: string): Promise<EngineChoice> {
  const choice = readChoice((await capture(["sh", "-c", choiceLine(stack)])).stdout, stack);
  if ("rule" in choice) {
    throw new UserError([choice]);
  }
  return choice;
}

/** The container engine that the outputs of a stack name. Those from before stacks told theirs are of stacks on podman. */
export function engineTold({ engine = podman.name }: { readonly engine?: string }): ContainerEngine {
  return engineOf(engine);
}

function wantedEngine(config: string): string | undefined {
  const wanted = quietly(() => new ConfigFile(config).values().engine);
  // What is wrong in the config is told by the commands that read it for its own sake.
  return engines.find(({ name }) => name === wanted)?.name;
}

/** A state or a config that can't be read tells nothing here: such a stack is to be looked at, and removed, as well. */
function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
