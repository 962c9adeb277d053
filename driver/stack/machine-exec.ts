import type { Argv, Terminal } from "../../components/cluster/engine/engine";
import { podScript, shellNamespace, shellPod, sshScript } from "../../components/cluster/shell/scripts";
import { knownHosts, remoteLine, sshConfig, sshWay, whomOf } from "../../components/cluster/shell/ssh-config";
import type { Machine } from "../../stacks/existing-schema";

/** What it takes to reach nodes through pods. */
export interface PodWay {
  readonly image: string;
  /** A file. */
  readonly kubeconfig: string;
}

/** The command of this machine that runs another one on a node, as root. */
export function machineExec({ name, ssh }: Machine, words: readonly string[], terminal: Terminal, pod: PodWay): Argv {
  const input = terminal === "nothing" ? "nothing" : "given";
  if (ssh === undefined) {
    const variables = {
      ADMIN: pod.kubeconfig,
      POD: JSON.stringify(shellPod({ node: name, namespace: shellNamespace, image: pod.image })),
      REMOTE: 'exec "$@"',
      ...(terminal === "input and terminal" ? { TERMINAL: "--tty" } : {}),
    };
    return [...env(variables), "sh", "-euc", podScript(input, undefined), "sh", name, shellNamespace, ...words];
  }
  const way = sshWay(ssh);
  const variables = {
    CONFIG: sshConfig(way),
    KNOWN_HOSTS: knownHosts(way),
    REMOTE: remoteLine(way, words),
    ...(terminal === "input and terminal" ? { TERMINAL: "-tt" } : {}),
  };
  return [...env(variables), "sh", "-euc", sshScript(input, undefined), "sh", whomOf(way)];
}

const env = (variables: Readonly<Record<string, string>>): string[] => [
  "env",
  ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
];
