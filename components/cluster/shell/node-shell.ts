import type * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { Inputs } from "../../args/inputs";

/** A POSIX shell script and its positional parameters `$1`, `$2`, ... */
export interface Script {
  /** Run with `sh -eu`: it ends at the first failing command and at an unset variable. */
  readonly text: string;
  /** @default none */
  readonly args?: readonly string[];
}

/** Scripts that run on a node over the life of one resource. */
export interface NodeCommandArgs {
  /** Runs when the resource is created, and again when an input changes. Must be safe to repeat. */
  readonly create: pulumi.Input<Inputs<Script>>;
  /** Runs when the resource is deleted. @default nothing runs */
  readonly delete?: pulumi.Input<Inputs<Script>>;
  /** The standard input of each script; the place for secrets, as process lists don't show it. @default empty */
  readonly stdin?: pulumi.Input<string>;
  /**
   * A file of the machine that runs Pulumi, which the create script gets by its standard input: too large for the state.
   * In place of `stdin`. @default none
   */
  readonly stdinFile?: pulumi.Input<string>;
  /**
   * Of an administrator: each script gets a kubeconfig by its standard input, this one or, of a shell that has an
   * account, one of that account's. In place of `stdin`. @default none
   */
  readonly kubeconfig?: pulumi.Input<string>;
  /** When one of these changes, the resource is replaced. @default none */
  readonly triggers?: readonly pulumi.Input<unknown>[];
  /** What of the scripts' output is shown while they run. @default "none" */
  readonly logging?: "none" | "stderr";
}

/** A command on a node; its `stdout` is what the create script printed. */
export type NodeCommand = command.local.Command;

/** Where a line finds what it is to run. */
export type Life = "CREATE" | "DELETE";

/** What runs the scripts of a command: a command line of this machine, and the variables that it reads. */
export interface LocalPlan {
  /** The line for a script whose text, as `held` gives it, is in the variable of that name. */
  readonly line: (script: Script, variable: Life) => string;
  /** What the variable holds. */
  readonly held: (script: Script) => string;
  /** @default none */
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  /** @default empty */
  readonly stdin?: pulumi.Input<string> | undefined;
}

/** A way to run scripts on a node: the one thing that differs between containers and machines. */
export interface NodeShell {
  /** Registers a resource whose life runs scripts on the node. */
  command(name: string, args: NodeCommandArgs, opts?: pulumi.CustomResourceOptions): NodeCommand;

  /** What runs such scripts, so that one resource can stand for many nodes. Absent where a shell can't say so. */
  plan?(args: NodeCommandArgs): LocalPlan;

  /**
   * Runs a script that changes nothing, at once, in a preview too; gives what it printed, and nothing where the node
   * does not exist or can't be reached. Absent where a shell can't do so: a preview is silent then.
   *
   * @param kubeconfig what the script gets by its standard input, as in a command. @default nothing
   */
  look?(script: Script, opts?: pulumi.InvokeOptions, kubeconfig?: pulumi.Input<string>): pulumi.Output<string>;
}

/** The argv that runs a script with its parameters. */
export function scriptArgv({ text, args = [] }: Script): string[] {
  return ["sh", "-euc", text, "sh", ...args];
}
