import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { LocalPlan, NodeCommand, NodeCommandArgs } from "./node-shell";
import { stdinFileVariable } from "./scripts";

/**
 * A command on a node that this machine runs. The scripts travel beside the command line: an error shows that line, and
 * nobody wants to read them there.
 */
export function localCommand(
  name: string,
  args: NodeCommandArgs,
  plan: LocalPlan,
  opts?: pulumi.CustomResourceOptions,
): NodeCommand {
  const { triggers, logging = "none" } = args;
  return new command.local.Command(
    name,
    { ...linesOf(args, plan), stdin: plan.stdin, triggers: triggers && [...triggers], logging },
    opts,
  );
}

/** The command lines of such a command, and the variables that they read. */
export function linesOf(
  { create, delete: remove, stdinFile }: NodeCommandArgs,
  { line, held, environment }: LocalPlan,
) {
  const [first, last] = [pulumi.output(create), remove === undefined ? undefined : pulumi.output(remove)];
  return {
    create: first.apply((script) => line(script, "CREATE")),
    delete: last?.apply((script) => line(script, "DELETE")),
    environment: {
      CREATE: first.apply(held),
      ...(last === undefined ? {} : { DELETE: last.apply(held) }),
      ...(stdinFile === undefined ? {} : { [stdinFileVariable]: stdinFile }),
      ...environment,
    },
  };
}

/** The same line, but for a script that does nothing: nobody goes to a machine for that. */
export function unlessNothing(line: LocalPlan["line"]): LocalPlan["line"] {
  return (script, variable) => (script.text === nothing ? nothing : line(script, variable));
}

/** The script, and the command line, that does nothing. */
export const nothing = ":";
