import type { PartContainer } from "./containers";
import type { Part } from "./parts";

/** A node of a stack, or what stands beside the nodes, whose container does not run. */
export interface Absent extends Part {
  /** Whether the container is there at all: `stopped` is, `gone` is not. */
  readonly how: "stopped" | "gone";
}

/** Those that the last update left and that do not run now, as the container engine has them. */
export function absentParts(
  parts: readonly (Pick<Part, "name"> & Partial<Part>)[],
  containers: readonly PartContainer[],
): readonly Absent[] {
  return parts.flatMap(({ name, container }) => {
    // A machine is nobody's to bring back.
    if (container === undefined) return [];
    const found = containers.find((each) => each.container === container);
    return found?.running === true ? [] : [{ name, container, how: found === undefined ? "gone" : "stopped" }];
  });
}

/** A line for each, with what brings it back; no line where all run. */
export function absentLines(stack: string, absent: readonly Absent[]): readonly string[] {
  return absent.map(({ name, container, how }) =>
    how === "gone"
      ? `${name} (the container ${container}) is not there: ./lab up ${stack} recreates it`
      : `${name} (the container ${container}) is stopped: ./lab up ${stack} starts it`,
  );
}
