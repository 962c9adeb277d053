import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { quote } from "../../../lib/shell";
import { linesOf, nothing } from "./local-command";
import type { Life, LocalPlan, NodeCommand, NodeCommandArgs } from "./node-shell";
import { forMany, type Turns } from "./scripts";

/** A node's part of a command for many. */
export interface NodePart {
  readonly args: NodeCommandArgs;
  readonly plan: LocalPlan;
}

/**
 * One command for many nodes of a cluster. What they have in common stands in the state once, and so does the kubeconfig:
 * Pulumi writes all of the state at each step, so that what each node adds to it counts as often as there are nodes.
 *
 * @param turns whether the scripts run one after the other, and end with the first that fails, or side by side
 */
export function commandForMany(
  name: string,
  parts: readonly NodePart[],
  turns: Turns,
  opts?: pulumi.CustomResourceOptions,
): NodeCommand {
  const all = parts.map(({ args, plan }) => linesOf(args, plan));
  const lineOf = (life: Life) => (lines: readonly (string | undefined)[]) =>
    lines.every((line) => line === undefined || line === nothing)
      ? nothing
      : `sh -euc "$FOR_MANY" sh "$${linesVariable(life)}"`;
  const deletes = all.some(({ delete: line }) => line !== undefined);
  return new command.local.Command(
    name,
    {
      create: pulumi.all(all.map((each) => each.create)).apply(lineOf("CREATE")),
      delete: deletes ? pulumi.all(all.map((each) => each.delete)).apply(lineOf("DELETE")) : undefined,
      environment: pulumi.output(all).apply((known) => ({ FOR_MANY: forMany(turns), ...variablesOf(known) })),
      stdin: parts.find(({ plan: { stdin } }) => stdin !== undefined)?.plan.stdin,
      logging: parts[0]?.args.logging ?? "none",
    },
    opts,
  );
}

const linesVariable = (life: Life) => `${life}_LINES`;

/** The lines of one node, once they are known. */
interface Known {
  readonly create: string;
  readonly delete?: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The variables that all nodes have in common, those of one node under a name with its number, and the nodes' lines. */
function variablesOf(nodes: readonly Known[]): Record<string, string> {
  const names = [...new Set(nodes.flatMap(({ environment }) => Object.keys(environment)))];
  const isCommon = (name: string) => new Set(nodes.map(({ environment }) => environment[name])).size === 1;
  const variables: Record<string, string> = {};
  const lines = nodes.map(({ environment, create, delete: remove = nothing }, i) => {
    const sets: string[] = [];
    for (const name of names) {
      const value = environment[name];
      if (value !== undefined) {
        const held = isCommon(name) ? name : `${name}_${i}`;
        variables[held] = value;
        sets.push(...(held === name ? [] : [`export ${name}="$${held}"\n`]));
      }
    }
    return { create: sets.join("") + create, delete: sets.join("") + remove };
  });
  return {
    ...variables,
    [linesVariable("CREATE")]: quote(lines.map((line) => line.create)),
    [linesVariable("DELETE")]: quote(lines.map((line) => line.delete)),
  };
}
