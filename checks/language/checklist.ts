import type { Check } from "./check";

/** What of a lab is checked: its name, and what holds in each of its states. */
export interface Checklist {
  readonly id: string;
  readonly checks: {
    /** What holds when all is well. */
    readonly healthy: readonly Check[];
    /** What holds while the bug is there, its controls included. @default it has no bug */
    readonly symptom?: readonly Check[];
  };
}
