import { loadLabs } from "../../labs";
import { nodeContainers } from "../stack/containers";
import { knownStacks, stackState } from "../stack/state";
import { table } from "../ui/table";

/** `./lab list`: the labs and their state. */
export async function list(): Promise<number> {
  const [labs, containers] = [await loadLabs(), await nodeContainers().catch(() => [])];
  const own = labs.map(({ id, bug, title, minutes, memoryMiB }) => [
    id,
    bug ?? title,
    String(minutes),
    `${(memoryMiB / 1024).toFixed(1)} GiB`,
    stackState(id, containers),
  ]);
  const others = knownStacks()
    .filter((stack) => !labs.some(({ id }) => id === stack))
    .map((stack) => [stack, "(made with plain Pulumi)", "", "", stackState(stack, containers)]);
  console.log(table(["lab", "bug", "minutes", "memory", "state"], [...own, ...others]));
  return 0;
}
