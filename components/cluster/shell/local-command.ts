import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { NodeCommand, NodeCommandArgs, Script } from "./node-shell";
import { stdinFileVariable } from "./scripts";

/** Where a line finds what it is to run. */
export type Life = "CREATE" | "DELETE";

/** What runs a script: a command line of this machine, and the variables that it reads. */
export interface LocalPlan {
  /** The line for a script whose text, as `shown` gives it, is in the variable of that name. */
  readonly line: (script: Script, variable: Life) => string;
  /** What the variable holds. */
  readonly held: (script: Script) => string;
  /** @default none */
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  /** @default empty */
  readonly stdin?: pulumi.Input<string> | undefined;
}

/**
 * A command on a node that this machine runs. The scripts travel beside the command line: an error shows that line, and
 * nobody wants to read them there.
 */
export function localCommand(
  name: string,
  { create, delete: remove, stdinFile, triggers, logging = "none" }: NodeCommandArgs,
  { line, held, environment, stdin }: LocalPlan,
  opts?: pulumi.CustomResourceOptions,
): NodeCommand {
  const [first, last] = [pulumi.output(create), remove === undefined ? undefined : pulumi.output(remove)];
  return new command.local.Command(
    name,
    {
      create: first.apply((script) => line(script, "CREATE")),
      delete: last?.apply((script) => line(script, "DELETE")),
      environment: {
        CREATE: first.apply(held),
        ...(last === undefined ? {} : { DELETE: last.apply(held) }),
        ...(stdinFile === undefined ? {} : { [stdinFileVariable]: stdinFile }),
        ...environment,
      },
      stdin,
      triggers: triggers && [...triggers],
      logging,
    },
    opts,
  );
}

/** The same line, but for a script that does nothing: nobody goes to a machine for that. */
export function unlessNothing(line: LocalPlan["line"]): LocalPlan["line"] {
  return (script, variable) => (script.text === ":" ? script.text : line(script, variable));
}
