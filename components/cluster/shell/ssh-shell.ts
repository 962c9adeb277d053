import * as pulumi from "@pulumi/pulumi";
import { readablePrivateKey } from "../../../lib/private-key";
import { quote, quoteWord } from "../../../lib/shell";
import { describeProblem, type Problem } from "../../../lib/user-error";
import { runHere } from "../run-here";
import type { ShellAccount } from "./account";
import { localCommand, unlessNothing } from "./local-command";
import {
  type LocalPlan,
  type NodeCommand,
  type NodeCommandArgs,
  type NodeShell,
  type Script,
  scriptArgv,
} from "./node-shell";
import { type Input, sshScript } from "./scripts";
import { knownHosts, remoteLine, sshConfig, sshWay, whomOf } from "./ssh-config";

/** A machine that is reached by ssh. */
export interface SshHost {
  /** Its name or its address. */
  readonly host: string;
  /** @default 22 */
  readonly port?: number;
  /** @default "root" */
  readonly user?: string;
  /**
   * The machine's public key, a line as in its `/etc/ssh/ssh_host_ed25519_key.pub`; several, one a line, where it has
   * several. A server with another key gets nothing. `"any"` takes every server for the machine.
   */
  readonly hostKey: string;
  /** A file with the private key, on the machine that runs Pulumi. @default ssh's agent, and its usual files */
  readonly identityFile?: string;
  /** The private key itself: OpenSSH's form or PKCS#8. In place of `identityFile`. @default none */
  readonly privateKey?: pulumi.Input<string>;
}

/** How a machine is reached, and what may be done there. */
export interface SshConnection extends SshHost {
  /** Whether scripts run by `sudo`, which may ask for no password. For a user who is not root. @default false */
  readonly sudo?: boolean;
  /** A machine in between, through which the other one is reached. @default none */
  readonly jump?: SshHost;
  /** With whose rights scripts work in the cluster. @default an administrator's */
  readonly account?: ShellAccount;
}

/**
 * The shell of a machine that is reached by ssh: by OpenSSH's client, which must be where Pulumi runs. What it knows of
 * the machine is what is given here: a user's own ssh config is not read.
 *
 * @throws pulumi.RunError that names what is wrong with the connection, before anything is sent.
 *
 * @example
 * ```ts
 * const shell = new SshShell({ host: "192.0.2.11", user: "admin", sudo: true, hostKey: "ssh-ed25519 AAAA..." });
 * const nodes = [{ name: "n1", shell }];
 * new Cni("cni", { type: "flannel", access: { nodes, kubeconfig } });
 * ```
 */
export class SshShell implements NodeShell {
  constructor(private readonly connection: SshConnection) {
    const problems = connectionProblems(connection);
    if (problems.length > 0) {
      throw new pulumi.RunError(problems.map(describeProblem).join("\n"));
    }
  }

  command(name: string, args: NodeCommandArgs, opts?: pulumi.CustomResourceOptions): NodeCommand {
    return localCommand(name, args, this.plan(args), opts);
  }

  plan(args: NodeCommandArgs): LocalPlan {
    const whom = whomOf(this.way());
    return {
      // The parameters stand beside the text, which is the same for many machines.
      line: unlessNothing(({ args: words = [] }, variable) => {
        const parameters = words.length === 0 ? "" : quoteWord(` ${quote(words)}`);
        return `REMOTE="$${variable}"${parameters} sh -euc "$SSH" sh ${quote([whom])}`;
      }),
      held: ({ text }) => this.remoteLine({ text }),
      environment: { SSH: this.localScript(this.inputOf(args)), ...this.files() },
      stdin: args.kubeconfig ?? args.stdin,
    };
  }

  look(script: Script, opts?: pulumi.InvokeOptions, kubeconfig?: pulumi.Input<string>): pulumi.Output<string> {
    const whom = whomOf(this.way());
    const environment = {
      SSH: this.localScript(this.inputOf({ kubeconfig })),
      REMOTE: this.remoteLine(script),
      ...this.files(),
    };
    const problem = (said: string) => ({ field: whom, rule: `can't be looked into: ${said}` });
    // A machine that can't be reached can't be read; the update will say so.
    const line = `sh -euc "$SSH" sh ${quote([whom])} 2>/dev/null || true`;
    return pulumi.output({ environment, stdin: kubeconfig }).apply((known) => runHere(line, problem, opts, known));
  }

  private inputOf({
    kubeconfig,
    stdin,
    stdinFile,
  }: Pick<NodeCommandArgs, "kubeconfig" | "stdin" | "stdinFile">): Input {
    if (stdinFile !== undefined) {
      return "file";
    }
    if (kubeconfig !== undefined && this.connection.account !== undefined) {
      return "account";
    }
    return (kubeconfig ?? stdin) === undefined ? "nothing" : "given";
  }

  private way() {
    return sshWay(this.connection);
  }

  private remoteLine(script: Script): string {
    return remoteLine(this.way(), scriptArgv(script));
  }

  private localScript(input: Input): pulumi.Output<string> {
    return pulumi.output(this.connection.account).apply((account) => sshScript(input, account));
  }

  private files(): Record<string, pulumi.Input<string>> {
    const { privateKey, jump } = this.connection;
    const keys = { machine: privateKey !== undefined, jump: jump?.privateKey !== undefined };
    return {
      CONFIG: sshConfig(this.way(), keys),
      KNOWN_HOSTS: knownHosts(this.way()),
      ...secretKey("KEY", this.connection),
      ...secretKey("JUMP_KEY", jump),
    };
  }
}

function secretKey(variable: string, host: SshHost | undefined): Record<string, pulumi.Input<string>> {
  const key = host?.privateKey;
  return key === undefined ? {} : { [variable]: pulumi.secret(key).apply((text) => readablePrivateKey(text)) };
}

function connectionProblems(connection: SshConnection): Problem[] {
  const { jump } = connection;
  return [...hostProblems("", connection), ...(jump === undefined ? [] : hostProblems("jump.", jump))];
}

/** They stand in a config file, each on a line of its own. */
function hostProblems(field: string, { host, port = 22, user = "root", hostKey, identityFile }: SshHost): Problem[] {
  const wrong = (name: string, value: unknown, rule: string, fix?: string) => ({
    field: `${field}${name}`,
    value: value === undefined ? undefined : String(value),
    rule,
    ...(fix === undefined ? {} : { fix }),
  });
  return [
    ...(/^[\w.:%-]+$/.test(host ?? "") && !host.startsWith("-")
      ? []
      : [wrong("host", host, "must be a host name or an address")]),
    ...(Number.isInteger(port) && port > 0 && port < 65536
      ? []
      : [wrong("port", port, "must be a port, from 1 to 65535")]),
    ...(/^[\w.@\\+-]+$/.test(user) && !user.startsWith("-") ? [] : [wrong("user", user, "must be a user's name")]),
    ...(hostKey === undefined || hostKey.trim() === ""
      ? [
          wrong(
            "hostKey",
            undefined,
            "must be the machine's public key, as ssh-keyscan HOST prints it behind the name",
            'take it from /etc/ssh/ssh_host_ed25519_key.pub of the machine; "any" takes whoever answers',
          ),
        ]
      : []),
    ...(identityFile === undefined || /^[^"\n]+$/.test(identityFile)
      ? []
      : [wrong("identityFile", identityFile, "must be a path without quotes and line breaks")]),
  ];
}
