import type { Values } from "../../checks/language/values";
import { type CniName, isExclusive } from "../../components/cni/registry";
import type { Problem } from "../../lib/user-error";
import type { Strategy } from "./metered-update";

/** Whether one update may lead from a CNI to another: both are there in it for a while. */
export function isOneUpdate(previous: CniName, next: CniName): boolean {
  const changes = previous !== next && previous !== "none" && next !== "none";
  return !changes || ![previous, next].some(isExclusive);
}

/** What is wrong with a swap of this strategy; nothing where it is possible. */
export function swapProblems(previous: CniName, next: CniName, strategy: Strategy): Problem[] {
  if (strategy === "replace" || isOneUpdate(previous, next)) return [];
  const rule = `is not possible from ${previous} to ${next}, which can't be on a node together`;
  return [{ field: "--strategy", value: strategy, rule, fix: "use --strategy replace" }];
}

/** What is wrong with bringing a lab's values about on a stack that has another CNI. */
export function mendProblems(stack: string, current: CniName, sets: readonly Values[]): Problem[] {
  const next = sets.map(({ cni }) => cni).find((cni) => cni !== undefined) as CniName | undefined;
  if (next === undefined || isOneUpdate(current, next)) return [];
  const rule = `has ${current}, and the lab is to have ${next}, which can't be on a node together`;
  return [{ field: "STACK", value: stack, rule, fix: `run ./lab swap ${stack} none first` }];
}
