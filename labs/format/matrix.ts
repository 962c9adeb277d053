import type { Check } from "../../checks/language/check";
import type { Expectation, Values } from "../../checks/language/values";

/** One way to do a thing, tried with each CNI. */
export interface MatrixRow {
  /** As a line of the table begins. */
  readonly name: string;
  /** Config values; every row of a matrix sets the same keys, so that nothing of another row is left. */
  readonly values: Values;
  /** What is to be seen, by CNI. */
  readonly expect: Readonly<Record<string, Expectation>>;
}

/** A lab's comparison: each row with each CNI, each judged by checks. */
export interface LabMatrix {
  /** What the rows are, as the head of their column. */
  readonly rowsAre: string;
  readonly cnis: readonly string[];
  readonly rows: readonly MatrixRow[];
  /** What is run in each cell: less than the lab's own lists, as only the rows' difference is in question. */
  readonly checks: Readonly<Record<Expectation, readonly Check[]>>;
  /** The check whose words stand in the table. */
  readonly evidence: Readonly<Record<Expectation, string>>;
}
