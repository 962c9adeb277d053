import type { Check } from "../../checks/language/check";
import type { Checklist } from "../../checks/language/checklist";
import type { Expectation, Values } from "../../checks/language/values";
import type { Lesson } from "./lesson";
import type { LabMatrix } from "./matrix";

/** One lab, by the name of its folder under labs/: the stack of the same name, what it shows, and how that is proven. Data only. */
export interface Lab extends Checklist {
  /** What one sees, in one line of `./lab list`. */
  readonly title: string;
  /** The bug, in a network engineer's words; absent for a stack without one. */
  readonly bug?: string;
  /** The bug as a user meets it. */
  readonly symptom?: string;
  /** How long it takes from `up` to the verdict, in minutes, with a warm cache on two cores. */
  readonly minutes: number;
  /** Memory that all its containers take at most from its bug to its cure, with a tenth to spare, in MiB. */
  readonly memoryMiB: number;
  /** Config values of the stack when it is new. */
  readonly values: Values;
  /** Value sets that bring the bug about, one `pulumi up` each, in this order. */
  readonly broken?: readonly Values[];
  /** Value sets that mend it, one `pulumi up` each, in this order. */
  readonly fixed?: readonly Values[];
  /** What `./lab learn` walks through; absent for a lab that has only its page. */
  readonly lesson?: Lesson;
  /** What `./lab matrix` compares; absent for a lab that compares nothing. */
  readonly matrix?: LabMatrix;
}

/** What a lab takes, in words: `about 1 minute and 0.9 GiB of memory`. */
export function takes(lab: Lab): string {
  return `about ${lab.minutes} minute${lab.minutes === 1 ? "" : "s"} and ${memoryOf(lab)} of memory`;
}

/** A lab's memory as people read it: `0.9 GiB`. */
export function memoryOf({ memoryMiB }: Lab): string {
  return `${(memoryMiB / 1024).toFixed(1)} GiB`;
}

/**
 * A lab on the stack of another one: its bug comes with the networks that it needs, on the nodes and the CNI that are
 * there.
 */
export function onStackOf(own: Lab, lab: Lab): Lab {
  const { nodes, cni, ...needed } = lab.values;
  const withNeeded = (sets: readonly Values[] | undefined) => sets?.map((set) => ({ ...needed, ...set }));
  return { ...lab, values: own.values, broken: withNeeded(lab.broken), fixed: withNeeded(lab.fixed) };
}

/** The checks that show a lab's bug itself: health has none of them, and no other check leans on them. */
export function tellingChecks({ checks: { healthy, symptom = [] } }: Lab): readonly Check[] {
  const elsewhere = new Set([
    ...healthy.map(({ id }) => id),
    ...symptom.flatMap(({ controls }) => [...(controls?.positive ?? []), ...(controls?.negative ?? [])]),
  ]);
  return symptom.filter(({ id }) => !elsewhere.has(id));
}

/**
 * The symptom is expected with the lab's last broken values in force, health with anything else.
 *
 * @param inForce the stack's values with defaults filled in, as text.
 */
export function expectedState(lab: Lab, inForce: Values): Expectation {
  const broken = lab.broken?.at(-1);
  if (broken === undefined) return "healthy";
  return Object.entries(broken).every(([key, value]) => inForce[key] === value) ? "symptom" : "healthy";
}
