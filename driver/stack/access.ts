import type { ClusterAccess, NodeInfo } from "../../checks/engine/access";
import type { ContainerEngine } from "../../components/cluster/engine/engine";
import type { Ran, RunOptions } from "../../lib/ran";
import type { Machine } from "../../stacks/existing-schema";
import { capture } from "../run/capture";
import { apiServer } from "./api-server";
import { entering } from "./enter";
import type { ToolEnv } from "./env";
import { machineExec, type PodWay } from "./machine-exec";

/** How a command runs on a node, as root. */
type OnNode = (name: string, argv: readonly string[], options: RunOptions) => Promise<Ran>;

/** A cluster that is up. */
interface Cluster {
  readonly nodes: readonly NodeInfo[];
  readonly kubeconfig: string;
  readonly onNode: OnNode;
}

/** The container that is a stack's DHCP server. */
interface ServerContainer {
  readonly engine: ContainerEngine;
  /** Asked until there is one. */
  readonly find: () => Promise<string | undefined>;
}

/**
 * The ways into a cluster.
 *
 * @param server absent for a cluster that can have none
 */
export function clusterAccess(
  { nodes, kubeconfig, onNode }: Cluster,
  env: ToolEnv,
  server?: ServerContainer,
): ClusterAccess {
  const kubectl = (args: readonly string[], options?: RunOptions) => capture(["kubectl", ...args], { ...options, env });
  const api = apiServer(kubeconfig);
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
      if (!nodes.some((node) => node.name === name)) {
        throw new Error(`there is no node ${name}; the nodes are: ${nodes.map((node) => node.name).join(", ")}`);
      }
      return onNode(name, argv, options);
    },
    ...(server === undefined ? {} : serverAccess(server)),
  };
}

/** Runs commands in the containers that nodes are. */
export function inContainers(engine: ContainerEngine, nodes: readonly NodeInfo[]): OnNode {
  const enter = entering(
    engine,
    nodes.flatMap(({ container }) => container ?? []),
  );
  return async (name, argv, options) => {
    const container = nodes.find((node) => node.name === name)?.container ?? name;
    const words = limited(argv, options.timeoutMs);
    const shown = engine.exec(container, words);
    const { timeoutMs } = options;
    const ran = timeoutMs === undefined ? undefined : await enter(container, words, { ...options, timeoutMs });
    return ran === undefined ? capture(shown, options) : { argv: shown, ...ran };
  };
}

/** Runs commands on machines that are nodes. */
export function onMachines(machines: readonly Machine[], pod: PodWay): OnNode {
  return async (name, argv, options) => {
    const machine = machines.find((each) => each.name === name);
    if (machine === undefined) {
      throw new Error(`nobody has told how ${name} is reached: run ./lab adopt again`);
    }
    const ran = await capture(machineExec(machine, limited(argv, options.timeoutMs), "nothing", pod), options);
    return { ...ran, argv: [machine.ssh === undefined ? "in a pod on" : "ssh", name, ...argv] };
  };
}

function serverAccess({ engine, find }: ServerContainer): Pick<ClusterAccess, "dhcpServer" | "dhcpLog"> {
  let known: string | undefined;
  const inServer = async (argv: (container: string) => readonly string[], options: RunOptions) => {
    known ??= await find();
    return known === undefined ? undefined : capture(argv(known), options);
  };
  return {
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
