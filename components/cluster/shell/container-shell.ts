import * as pulumi from "@pulumi/pulumi";
import { quote } from "../../../lib/shell";
import type { ContainerEngine } from "../engine/engine";
import { runHere } from "../run-here";
import { type Life, localCommand } from "./local-command";
import { type NodeCommand, type NodeCommandArgs, type NodeShell, type Script, scriptArgv } from "./node-shell";

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
    const run =
      stdin === undefined
        ? this.engine.exec(this.container, ["sh", "-euc"])
        : this.engine.exec(this.container, ["sh", "-c", readToTheEnd, "sh"], "input");
    const line = ({ args: words = [] }: Script, variable: Life) =>
      `${quote(run)} "$${variable}" ${quote(["sh", ...words])}`;
    return localCommand(name, args, { line, held: ({ text }) => text, stdin }, opts);
  }

  look(script: Script, opts?: pulumi.InvokeOptions): pulumi.Output<string> {
    const exists = quote(this.engine.inspect([this.container]));
    const run = quote(this.engine.exec(this.container, scriptArgv(script)));
    // A node that is stopped can't be read; the update will say so.
    const text = `if ${exists} >/dev/null 2>&1; then ${run} 2>/dev/null || true; fi`;
    const problem = (said: string) => ({ field: this.container, rule: `can't be looked into: ${said}` });
    return pulumi.output(runHere(text, problem, opts));
  }
}
