import type { Values } from "../../checks/language/values";
import { engineHere } from "./container-engine";

/** An engine that a stack gets in its config, as it left it open, and why that is another than the first. */
export interface SettledEngine {
  readonly values: Values;
  readonly why: string;
}

/**
 * Settles the engine of a stack whose values leave it open, where it is not the one that it has without a word: what comes
 * later on this machine then changes nothing of the stack.
 *
 * @param values those in force
 * @throws UserError where several engines have containers of the stack
 */
export async function settleEngine(stack: string, values: Values): Promise<SettledEngine | undefined> {
  if ((values.engine ?? "auto") !== "auto") return undefined;
  const { engine, why } = await engineHere(stack);
  return why === undefined ? undefined : { values: { engine: engine.name }, why };
}
