import { FileBackend } from "./backend";
import type { NodeContainer } from "./containers";
import { backendUrl } from "./env";
import { isExisting } from "./existing";
import { ownOwner } from "./own";

/** Where a stack stands, in a word or two. */
export type StackState = "up" | "stopped" | "half-built" | "left over" | "another's" | "unreadable" | "-";

/** The names of all stacks in the lab's backend. */
export function knownStacks(): string[] {
  return FileBackend.at(backendUrl())?.stacks() ?? [];
}

/** Tells from the state on disk and the nodes there are where a stack stands, without asking the cluster. */
export function stackState(stack: string, containers: readonly NodeContainer[]): StackState {
  const nodes = containers.filter((each) => each.stack === stack);
  if (anothers(nodes) !== undefined) {
    return "another's";
  }
  const backend = FileBackend.at(backendUrl());
  const summary = readable(() => backend?.summary(stack));
  if (summary === "unreadable") {
    return summary;
  }
  if (backend !== undefined && (summary?.resources ?? 0) === 0) {
    return nodes.length === 0 ? "-" : "left over";
  }
  if (nodes.length === 0 && !isExisting(stack)) {
    return backend === undefined ? "-" : "half-built";
  }
  if (nodes.some(({ running }) => !running)) {
    return "stopped";
  }
  return (summary?.pending ?? 0) > 0 || summary?.outputs === false ? "half-built" : "up";
}

/** Whose nodes of a stack are, where they say that they are another's. */
export function anothers(nodes: readonly NodeContainer[]): string | undefined {
  return nodes.map(({ owner }) => owner).find((owner) => owner !== "" && owner !== ownOwner());
}

/** A state that is torn is a state of its own here: the other stacks can still be told. */
function readable<T>(read: () => T): T | "unreadable" {
  try {
    return read();
  } catch {
    return "unreadable";
  }
}
