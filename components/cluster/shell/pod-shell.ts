import * as pulumi from "@pulumi/pulumi";
import { quote } from "../../../lib/shell";
import { runHere } from "../run-here";
import type { ShellAccount } from "./account";
import { localCommand, unlessNothing } from "./local-command";
import type { LocalPlan, NodeCommand, NodeCommandArgs, NodeShell, Script } from "./node-shell";
import { type Input, podScript, shellNamespace, shellPod } from "./scripts";

/** How a node is reached through a pod. */
export interface PodShellArgs {
  /** The node's name in Kubernetes. */
  readonly node: string;
  /** Of an administrator; kept in the state as a secret. */
  readonly kubeconfig: pulumi.Input<string>;
  /**
   * Any image that the node has or can pull, such as that of the runtime's sandboxes: of its programs none is run.
   */
  readonly image: pulumi.Input<string>;
  /** Where the pod is made: privileged pods must be allowed there. @default "kube-system" */
  readonly namespace?: string;
  /** With whose rights scripts work in the cluster. @default an administrator's */
  readonly account?: ShellAccount;
}

/**
 * The shell of a node that nobody can reach by ssh: a privileged pod on the node, in its network, that is made for each
 * script and goes with it. It enters the namespaces of the node's first process by the node's own nsenter. It takes
 * kubectl where Pulumi runs.
 *
 * @example
 * ```ts
 * const shell = new PodShell({ node: "n1", kubeconfig, image });
 * ```
 */
export class PodShell implements NodeShell {
  constructor(private readonly args: PodShellArgs) {}

  command(name: string, args: NodeCommandArgs, opts?: pulumi.CustomResourceOptions): NodeCommand {
    return localCommand(name, args, this.plan(args), opts);
  }

  plan({ stdinFile, kubeconfig }: NodeCommandArgs): LocalPlan {
    const input = stdinFile !== undefined ? "file" : kubeconfig === undefined ? "nothing" : "account";
    return {
      line: unlessNothing(
        ({ args: words = [] }, variable) =>
          `REMOTE="$${variable}" sh -euc "$VIA_POD" ${quote(["sh", ...this.place(), ...words])}`,
      ),
      held: ({ text }) => text,
      environment: this.environment(input),
      stdin: pulumi.secret(this.args.kubeconfig),
    };
  }

  look({ text, args = [] }: Script, opts?: pulumi.InvokeOptions, rights?: pulumi.Input<string>): pulumi.Output<string> {
    const line = `sh -euc "$VIA_POD" ${quote(["sh", ...this.place(), ...args])} 2>/dev/null || true`;
    const problem = (said: string) => ({ field: this.args.node, rule: `can't be looked into: ${said}` });
    const { kubeconfig } = this.args;
    const environment = this.environment(rights === undefined ? "nothing" : "account");
    return pulumi.output({ kubeconfig, environment }).apply((known) =>
      runHere(line, problem, opts, {
        environment: { ...known.environment, REMOTE: text },
        stdin: known.kubeconfig,
      }),
    );
  }

  private place(): string[] {
    return [this.args.node, this.args.namespace ?? shellNamespace];
  }

  private environment(input: Input): Record<string, pulumi.Output<string>> {
    const { node, namespace = shellNamespace, image, account } = this.args;
    return {
      VIA_POD: pulumi.output(account).apply((known) => podScript(input, known)),
      POD: pulumi.output(image).apply((of) => JSON.stringify(shellPod({ node, namespace, image: of }))),
    };
  }
}
