import * as pulumi from "@pulumi/pulumi";
import { choiceLine, readChoice } from "../components/cluster/choose-engine";
import type { ContainerEngine } from "../components/cluster/engine/engine";
import { engineOf } from "../components/cluster/engine/engines";
import { refusal, runHere } from "../components/cluster/run-here";
import type { LabSettings } from "./config";

/**
 * The container engine of a stack: the one that its config names, or the one that is there and answers.
 *
 * @throws pulumi.RunError where several have containers of the stack, and the config names none
 */
export async function chooseEngine({ engine, stack }: LabSettings): Promise<ContainerEngine> {
  if (engine !== "auto") return engineOf(engine);
  const printed = await runHere(choiceLine(stack), (said) => ({ field: "this machine", rule: said }));
  const choice = readChoice(printed, stack);
  if ("rule" in choice) {
    throw refusal([choice]);
  }
  if (choice.why !== undefined) {
    await pulumi.log.info(`engine: ${choice.engine.name}, as ${choice.why}`);
  }
  return choice.engine;
}
