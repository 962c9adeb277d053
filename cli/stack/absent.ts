import type { NodeInfo } from "../checks/access";
import type { NodeContainer } from "./containers";

/** A node of a stack whose container does not run. */
export interface Absent {
  readonly name: string;
  readonly container: string;
  /** Whether the container is there at all: `stopped` is, `gone` is not. */
  readonly how: "stopped" | "gone";
}

/** The nodes that the last update left and that do not run now, as the container engine has them. */
export function absentNodes(
  nodes: readonly Pick<NodeInfo, "name" | "container">[],
  containers: readonly NodeContainer[],
): readonly Absent[] {
  return nodes.flatMap(({ name, container }) => {
    const found = containers.find((each) => each.container === container);
    return found?.running === true ? [] : [{ name, container, how: found === undefined ? "gone" : "stopped" }];
  });
}

/** A line for each, with what brings it back; no line where all run. */
export function absentLines(stack: string, absent: readonly Absent[]): readonly string[] {
  return absent.map(({ name, container, how }) =>
    how === "gone"
      ? `${name} (the container ${container}) is not there: ./lab up ${stack} makes it anew`
      : `${name} (the container ${container}) is stopped: ./lab up ${stack} starts it`,
  );
}
