import { stringify } from "yaml";
import type { Values } from "../../checks/language/values";
import { quote } from "../../lib/shell";
import type { Lab } from "./lab-data";

/** The name of the file beside a lab's page that is the config file of its stack with plain Pulumi. */
export function stackFileName({ id }: Pick<Lab, "id">): string {
  return `Pulumi.${id}.yaml`;
}

/** What that file holds: the values with which `./lab up` begins. */
export function stackFile(lab: Lab): string {
  const values = Object.entries({ ...lab.values, ...lab.broken?.[0] });
  return stringify({ config: Object.fromEntries(values.map(([key, value]) => [`cni-lab:${key}`, value])) });
}

/** The end of a lab's page: how to make it without `./lab`. */
export function plainPulumiSection(lab: Lab): string {
  const { id, broken, fixed } = lab;
  const file = stackFileName(lab);
  const other = lab.values.cni === "weave" ? "flannel" : "weave";
  const change =
    broken === undefined
      ? { what: "Another CNI on the running cluster, and back", sets: [{ cni: other }, { cni: lab.values.cni ?? "" }] }
      : { what: "The bug, and its cure", sets: [...broken, ...(fixed ?? [])] };
  return `## With plain Pulumi

[${file}](${file}) has the values of this lab. [README](../../README.md#plain-pulumi) says what it takes.

\`\`\`sh
cp labs/${id}/${file} stacks/
pulumi stack init ${id}
pulumi up
\`\`\`

${change.what}:

\`\`\`sh
${change.sets.map((set) => `${configSet(set)} && pulumi up\n`).join("")}\`\`\`
`;
}

/** The command line that sets values of a stack. */
function configSet(values: Values): string {
  const entries = Object.entries(values);
  const [[key, value] = ["", ""]] = entries;
  return entries.length === 1
    ? quote(["pulumi", "config", "set", key, value])
    : quote(["pulumi", "config", "set-all", ...entries.flatMap(([name, one]) => ["--plaintext", `${name}=${one}`])]);
}
