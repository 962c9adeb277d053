import type { Problem } from "../components/lib/user-error";
import type { Check } from "./check";
import type { Expectation, Values } from "./lab";
import { checkListProblems } from "./validate-check";

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

/** Everything wrong with a matrix. */
export function matrixProblems(lab: string, { cnis, rows, checks, evidence }: LabMatrix): Problem[] {
  const field = `lab ${lab} matrix`;
  const keys = (values: Values) => Object.keys(values).sort().join(", ");
  const [first] = rows;
  return [
    ...rows.flatMap(({ name, values, expect }) => [
      ...cnis
        .filter((cni) => expect[cni] === undefined)
        .map((cni) => ({ field: `${field} ${name}`, rule: `must say what is expected with ${cni}` })),
      ...(keys(values) === keys(first?.values ?? {})
        ? []
        : [
            {
              field: `${field} ${name}`,
              value: keys(values),
              rule: `must set the same keys as the first row: ${keys(first?.values ?? {})}`,
            },
          ]),
    ]),
    ...(["healthy", "symptom"] as const).flatMap((state) => [
      ...checkListProblems(`${field} checks.${state}`, checks[state]),
      ...(checks[state].some(({ id }) => id === evidence[state])
        ? []
        : [
            { field: `${field} evidence.${state}`, value: evidence[state], rule: "must be one of that state's checks" },
          ]),
    ]),
  ];
}
