import * as pulumi from "@pulumi/pulumi";
import { quote } from "../../../lib/shell";
import type { ContainerEngine } from "../engine/engine";
import { runHere } from "../run-here";
import { localCommand } from "./local-command";
import type { Life, NodeCommand, NodeCommandArgs, NodeShell, Script } from "./node-shell";
import { stdinFileVariable } from "./scripts";

/**
 * Runs a script and then reads what it has left of its standard input: conmon up to 2.1.6 tries for ever to write to a
 * process that has ended before it was given all, and the engine's exec never returns.
 */
const readToTheEnd = 'sh -euc "$@" && code=0 || code=$?; cat >/dev/null; exit "$code"';

/**
 * The shell of a node that is a container on this machine.
 *
 * @example
 * ```ts
 * const shell = new ContainerShell(podman, "cni-lab-demo-n1");
 * shell.command("mark", { create: { text: 'touch "$1"', args: ["/run/mark"] }, delete: { text: "rm -f /run/mark" } });
 * ```
 */
export class ContainerShell implements NodeShell {
  constructor(
    private readonly engine: ContainerEngine,
    private readonly container: string,
  ) {}

  command(name: string, args: NodeCommandArgs, opts?: pulumi.CustomResourceOptions): NodeCommand {
    const stdin = args.kubeconfig ?? args.stdin;
    const { stdinFile } = args;
    const run = this.words(stdin !== undefined || stdinFile !== undefined);
    const from = stdinFile === undefined ? "" : ` <"$${stdinFileVariable}"`;
    const line = ({ args: words = [] }: Script, variable: Life) =>
      `${quote(run)} "$${variable}" ${quote(["sh", ...words])}${variable === "CREATE" ? from : ""}`;
    return localCommand(name, args, { line, held: ({ text }) => text, stdin }, opts);
  }

  look(
    { text, args = [] }: Script,
    opts?: pulumi.InvokeOptions,
    kubeconfig?: pulumi.Input<string>,
  ): pulumi.Output<string> {
    const exists = quote(this.engine.inspect([this.container]));
    const run = quote([...this.words(kubeconfig !== undefined), text, "sh", ...args]);
    // A node that is stopped can't be read; the update will say so.
    const line = `if ${exists} >/dev/null 2>&1; then ${run} 2>/dev/null || true; fi`;
    const problem = (said: string) => ({ field: this.container, rule: `can't be looked into: ${said}` });
    return pulumi.output(kubeconfig).apply((stdin) => runHere(line, problem, opts, { stdin }));
  }

  /** The argv that runs the script, and its parameters, that follow. */
  private words(hasInput: boolean): readonly string[] {
    return hasInput
      ? this.engine.exec(this.container, ["sh", "-c", readToTheEnd, "sh"], "input")
      : this.engine.exec(this.container, ["sh", "-euc"]);
  }
}
