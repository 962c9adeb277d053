import { checkListProblems } from "../../checks/language/validate-check";
import type { Values } from "../../checks/language/values";
import type { Problem } from "../../lib/user-error";
import type { LabMatrix } from "./matrix";

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
