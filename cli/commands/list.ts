import { nodeContainers } from "../../driver/stack/containers";
import { isExisting } from "../../driver/stack/existing";
import { knownStacks, stackState } from "../../driver/stack/state";
import { changesOfStack } from "../../driver/values/changes";
import { loadLabs } from "../../labs";
import { type Lab, memoryOf } from "../../labs/format/lab-data";
import { isInteractive } from "../../lib/terminal/progress";
import { table } from "../../lib/terminal/table";

const head = ["lab", "bug", "symptom", "minutes", "memory", "state"] as const;

/** A line of the table, in the order of its head. */
type Row = readonly [lab: string, bug: string, symptom: string, minutes: string, memory: string, state: string];

/** `./lab list`: the labs and their state. */
export async function list(): Promise<number> {
  const [labs, containers] = [await loadLabs(), await nodeContainers().catch(() => [])];
  const states = new Map(labs.map(({ id }) => [id, stackState(id, containers)]));
  const own = labs.map((lab) => rowOf(lab, states.get(lab.id) ?? "-"));
  const others = knownStacks()
    .filter((stack) => !labs.some(({ id }) => id === stack))
    .map(
      (stack): Row => [
        stack,
        isExisting(stack) ? "(a cluster that was adopted)" : "(made with plain Pulumi)",
        "",
        "",
        "",
        stackState(stack, containers),
      ],
    );
  console.log(listText([...own, ...others], isInteractive() ? process.stdout.columns : undefined));
  for (const lab of labs) {
    for (const line of changesOfStack(lab, lab.id, states.get(lab.id) ?? "-").lines) {
      console.log(`${lab.id}, ${line}`);
    }
  }
  const lessons = labs.filter(({ lesson }) => lesson !== undefined).map(({ id }) => id);
  console.log(`\n./lab up LAB shows one. Lessons, by ./lab learn LAB: ${lessons.join(", ")}`);
  return 0;
}

/** A lab as a line of the table: the bug in an engineer's words, and the symptom in a user's. */
export function rowOf(lab: Lab, state: string): Row {
  const { id, bug, symptom, title, minutes } = lab;
  return [id, bug ?? `none: ${title}`, symptom ?? "-", String(minutes), memoryOf(lab), state];
}

/**
 * The table.
 *
 * @param columns of the terminal; without, each lab has one line
 */
export function listText(rows: readonly Row[], columns: number | undefined): string {
  if (columns === undefined) {
    return table(head, rows);
  }
  const widest = (name: (typeof head)[number]) =>
    Math.max(...[head, ...rows].map((row) => row[head.indexOf(name)]?.length ?? 0));
  const taken = (["lab", "minutes", "memory", "state"] as const).reduce((sum, name) => sum + widest(name) + 2, 2);
  const width = Math.max(leastWidth, Math.floor((columns - taken) / 2));
  return table(head, rows, { bug: Math.min(width, widest("bug")), symptom: Math.min(width, widest("symptom")) });
}

/** A sentence in a narrower column is harder to read than a line that goes over the edge. */
const leastWidth = 20;
