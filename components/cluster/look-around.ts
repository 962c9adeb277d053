import * as pulumi from "@pulumi/pulumi";
import type { ContainerEngine } from "./engine/engine";
import { currentBackend, recordedText } from "./own-state";
import { ownerOf, strangersAmong, strangersProblems } from "./owner";
import { refusal, runHere } from "./run-here";
import { readStanding, readThings, type StackStanding, standingLine } from "./standing";

/**
 * What of a stack is there in the container engine as the program begins. What another hand has removed is made anew,
 * with all that lived in it: the state does not know of that, and what is recorded there still looks well.
 *
 * @param opts whose provider looks
 * @param networkNames the networks that the stack has or wants; looked at whatever their labels are
 * @throws pulumi.RunError where the engine does not answer, or where something of that is another's
 */
export function lookAround(
  engine: ContainerEngine,
  stack: string,
  opts: pulumi.InvokeOptions,
  networkNames: readonly string[] = [],
): pulumi.Output<StackStanding> {
  return pulumi.output(look(engine, stack, opts, networkNames));
}

async function look(
  engine: ContainerEngine,
  stack: string,
  opts: pulumi.InvokeOptions,
  networkNames: readonly string[],
): Promise<StackStanding> {
  const printed = await runHere(standingLine(engine, stack), (said) => silent(engine, said), opts);
  const backend = currentBackend();
  const owner = backend === "" ? "" : ownerOf(backend);
  const recorded = recordedText(backend, pulumi.getProject(), pulumi.getStack());
  const strangers = strangersAmong(readThings(engine, printed, stack, networkNames), { stack, owner, recorded });
  if (strangers.length > 0) {
    throw refusal(strangersProblems(engine, stack, strangers));
  }
  return readStanding(engine, printed, stack, owner);
}

const silent = (engine: ContainerEngine, said: string) => ({
  field: engine.name,
  rule: `must list what there is of this stack, and says: ${said}`,
  fix: `run ${engine.name} ps, and fix what it reports; ./lab doctor lists what this machine is missing`,
});
