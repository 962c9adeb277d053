import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { quote } from "../../lib/shell";
import { describeProblem } from "../../lib/user-error";
import type { Inputs } from "../args/inputs";
import type { ContainerEngine } from "./engine/engine";
import { runHere } from "./run-here";

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
  /** When one of these changes, the resource is replaced. @default none */
  readonly triggers?: readonly pulumi.Input<unknown>[];
  /** What of the scripts' output is shown while they run. @default "none" */
  readonly logging?: "none" | "stderr";
}

/** A command on a node; its `stdout` is what the create script printed. */
export type NodeCommand = command.local.Command | command.remote.Command;

/** A way to run scripts on a node: the one thing that differs between containers and machines. */
export interface NodeShell {
  /** Registers a resource whose life runs scripts on the node. */
  command(name: string, args: NodeCommandArgs, opts?: pulumi.CustomResourceOptions): NodeCommand;

  /**
   * Runs a script that changes nothing, at once, in a preview too; gives what it printed, and nothing where the node
   * does not exist yet. Absent where a shell can't do so: a preview is silent then.
   */
  look?(script: Script, opts?: pulumi.InvokeOptions): pulumi.Output<string>;
}

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
    // The scripts travel beside the command line: an error shows that line, and nobody wants to read them there.
    const environment: Record<string, pulumi.Input<string>> = { CREATE: pulumi.output(args.create).text };
    if (args.delete !== undefined) {
      environment.DELETE = pulumi.output(args.delete).text;
    }
    const run =
      args.stdin === undefined
        ? this.engine.exec(this.container, ["sh", "-euc"])
        : this.engine.exec(this.container, ["sh", "-c", readToTheEnd, "sh"], "input");
    const line = ({ args: words = [] }: Script, variable: "CREATE" | "DELETE") =>
      `${quote(run)} "$${variable}" ${quote(["sh", ...words])}`;
    return new command.local.Command(name, { ...lines(args, line), environment }, opts);
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

/** Whom one talks to. */
interface Known {
  /**
   * The machine's public key, a line as in its `/etc/ssh/ssh_host_ed25519_key.pub`. Scripts get an administrator's
   * kubeconfig by standard input, and a password goes there as well: a server with another key gets neither.
   * `"any"` takes every server for the machine.
   */
  readonly hostKey: pulumi.Input<string>;
}

/** How a machine is reached. */
export type SshConnection = Omit<command.types.input.remote.ConnectionArgs, "hostKey" | "proxy"> &
  Known & {
    /** A machine in between, whose password and key are its own. @default none */
    readonly proxy?: Omit<command.types.input.remote.ProxyConnectionArgs, "hostKey"> & Known;
  };

/**
 * The shell of a machine that is reached by ssh, as a user that may do everything.
 *
 * @example
 * ```ts
 * const shell = new SshShell({ host: "192.0.2.11", user: "root", privateKey, hostKey: "ssh-ed25519 AAAA..." });
 * const nodes = [{ name: "n1", shell }];
 * new Cni("cni", { type: "flannel", access: { nodes, kubeconfig } });
 * ```
 */
export class SshShell implements NodeShell {
  private readonly connection: command.types.input.remote.ConnectionArgs;

  /** @throws pulumi.RunError without a `hostKey`, as a program in JavaScript can be; the proxy's too. */
  constructor({ proxy, ...machine }: SshConnection) {
    const between = proxy === undefined ? {} : { proxy: known(proxy, "proxy.hostKey") };
    this.connection = { ...known(machine, "hostKey"), ...between };
  }

  command(name: string, args: NodeCommandArgs, opts?: pulumi.CustomResourceOptions): NodeCommand {
    const line = (script: Script) => quote(scriptArgv(script));
    return new command.remote.Command(name, { connection: this.connection, ...lines(args, line) }, opts);
  }
}

/** One that is asked for no key has none in its place. */
function known<T extends Known>({ hostKey, ...rest }: T, field: string): Omit<T, "hostKey"> & Partial<Known> {
  if (hostKey === undefined || hostKey === "") {
    throw new pulumi.RunError(describeProblem({ field, ...hostKeyMissing }));
  }
  return hostKey === "any" ? rest : { ...rest, hostKey };
}

const hostKeyMissing = {
  rule: "must be the machine's public key, as ssh-keyscan HOST prints it behind the name",
  fix: 'take it from /etc/ssh/ssh_host_ed25519_key.pub of the machine; "any" takes whoever answers',
};

/** The argv that runs a script with its parameters. */
export function scriptArgv({ text, args = [] }: Script): string[] {
  return ["sh", "-euc", text, "sh", ...args];
}

function lines(args: NodeCommandArgs, line: (script: Script, variable: "CREATE" | "DELETE") => string) {
  return {
    create: pulumi.output(args.create).apply((script) => line(script, "CREATE")),
    delete: args.delete && pulumi.output(args.delete).apply((script) => line(script, "DELETE")),
    stdin: args.stdin,
    triggers: args.triggers && [...args.triggers],
    logging: args.logging ?? "none",
  };
}
