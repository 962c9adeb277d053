import type { Values } from "../../checks/language/values";
import type { Lab } from "../../labs/format/lab-data";
import { ConfigFile } from "../stack/config-file";
import { stackConfigFile } from "../stack/paths";
import type { StackState } from "../stack/state";
import { type ChangedValue, changedBeforeUp, changedLines, changedValues } from "./own-values";

/** What makes a stack, or the one that `up` would make, other than its lab. */
export interface Changes {
  /** Undefined where the stack's file can't be read. */
  readonly changed?: readonly ChangedValue[];
  /** The same in words, or why the file can't be read; no line where the stack is the lab. */
  readonly lines: readonly string[];
}

/** Reads a lab's stack's file for what is not the lab's own. Never fails: who only looks is told of a bad file. */
export function changesOfStack(lab: Lab, stack: string, state: StackState): Changes {
  let file: Values;
  try {
    file = new ConfigFile(stackConfigFile(stack)).values();
  } catch (error) {
    return { lines: [error instanceof Error ? error.message : String(error)] };
  }
  // Without a value of its own, as where it belongs to another checkout, it has none that anybody changed.
  const isNew = state === "-" || Object.keys(file).length === 0;
  const changed = isNew ? changedBeforeUp(lab, file) : changedValues(lab, file);
  return { changed, lines: changedLines(changed) };
}
