import type { ClusterAccess, NodeInfo } from "../../checks/engine/access";
import type { ContainerEngine } from "../../components/cluster/engine/engine";
import type { RunOptions } from "../../lib/ran";
import { capture } from "../run/capture";
import { apiServer } from "./api-server";
import { entering } from "./enter";
import type { ToolEnv } from "./env";

/** A cluster that is up. */
interface Cluster {
  /** The engine whose containers the nodes are. */
  readonly engine: ContainerEngine;
  readonly nodes: readonly NodeInfo[];
  readonly kubeconfig: string;
}

/**
 * The ways into a cluster whose nodes are containers on this machine.
 *
 * @param findServer the container that is the stack's DHCP server; asked until there is one
 */
export function containerAccess(
  { engine, nodes, kubeconfig }: Cluster,
  env: ToolEnv,
  findServer: () => Promise<string | undefined>,
): ClusterAccess {
  let server: string | undefined;
  const inServer = async (argv: (container: string) => readonly string[], options: RunOptions) => {
    server ??= await findServer();
    return server === undefined ? undefined : capture(argv(server), options);
  };
  const kubectl = (args: readonly string[], options?: RunOptions) => capture(["kubectl", ...args], { ...options, env });
  const api = apiServer(kubeconfig);
  const enter = entering(
    engine,
    nodes.map((node) => node.container),
  );
  return {
    nodes,
    kubectl: async (args, options) => {
      const ran = await api.kubectl(args, options);
      return ran === undefined ? kubectl(args, options) : { argv: ["kubectl", ...args], ...ran };
    },
    list: api.list,
    pod: async (target, argv, options) => {
      const { namespace, pod, container } = target;
      const words = ["exec", "-n", namespace, pod, "-c", container, "--", ...argv];
      const ran = await api.exec(target, argv, options);
      return ran === undefined ? kubectl(words, options) : { argv: ["kubectl", ...words], ...ran };
    },
    node: async (name, argv, options = {}) => {
      const container = nodes.find((node) => node.name === name)?.container;
      if (container === undefined) {
        throw new Error(`there is no node ${name}; the nodes are: ${nodes.map((node) => node.name).join(", ")}`);
      }
      const words = limited(argv, options.timeoutMs);
      const shown = engine.exec(container, words);
      const { timeoutMs } = options;
      const ran = timeoutMs === undefined ? undefined : await enter(container, words, { ...options, timeoutMs });
      return ran === undefined ? capture(shown, options) : { argv: shown, ...ran };
    },
    dhcpServer: (argv, options = {}) =>
      inServer((container) => engine.exec(container, limited(argv, options.timeoutMs)), options),
    dhcpLog: async (args, options = {}) => {
      const ran = await inServer((container) => engine.logs(container, args), options);
      // dnsmasq writes to standard error, and the engine gives each stream back as what it was.
      return ran?.exitCode === 0 ? { ...ran, stdout: ran.stdout + ran.stderr, stderr: "" } : ran;
    },
  };
}

/** Ended by a clock on the node itself too: what the engine started there outlives its own killed `exec`. */
function limited(argv: readonly string[], timeoutMs: number | undefined): readonly string[] {
  return timeoutMs === undefined ? argv : ["timeout", "--kill-after=2", String(timeoutMs / 1000), ...argv];
}
