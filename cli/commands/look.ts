import { podLogs } from "../../components/cluster/pod-logs";
import type { LogSource } from "../../components/cni/definition";
import { cnis } from "../../components/cni/registry";
import { networkDaemons } from "../../components/networks/names";
import { capture, read } from "../../driver/run/capture";
import { runForeground } from "../../driver/run/spawn";
import { engineOfStack } from "../../driver/stack/container-engine";
import { dhcpServer } from "../../driver/stack/containers";
import { nodesOfStack, type StackNode } from "../../driver/stack/nodes";
import { requireStack } from "../../driver/which-stack";
import { quote } from "../../lib/shell";
import { refusal } from "../../lib/suggest";
import { UserError } from "../../lib/user-error";
import { serverLog } from "./dhcp";
import { requireNode } from "./tools";

interface LookOptions {
  readonly stack?: string;
}

/** How many lines of a log are shown for each node. */
const lines = 200;

const pods = (namespace: string, name: string) => [
  "sh",
  "-c",
  // No pod of that name on a node is no failure.
  `for log in ${podLogs(namespace, name)}; do [ ! -e "$log" ] || tail -n ${lines} "$log"; done`,
];
const unit = (name: string) => ["journalctl", "--no-pager", `--lines=${lines}`, `--unit=${name}`];
const logOf = (log: LogSource) => ("unit" in log ? unit(log.unit) : pods(log.namespace, log.pods));

/** What of a node has a log, and how that is read there: it works too where the API server does not. */
const parts: Readonly<Record<string, readonly string[]>> = {
  multus: pods(networkDaemons.namespace, networkDaemons.multus),
  dhcp: pods(networkDaemons.namespace, networkDaemons.dhcp),
  ...Object.fromEntries(cnis.flatMap(({ logs }) => Object.entries(logs)).map(([part, log]) => [part, logOf(log)])),
  "kube-proxy": pods("kube-system", "kube-proxy"),
  coredns: pods("kube-system", "coredns"),
  apiserver: pods("kube-system", "kube-apiserver"),
  kubelet: unit("kubelet"),
  containerd: unit("containerd"),
};

/** `./lab logs`: the last lines of a part of a stack, from every node or from one. */
export async function logs(part: string, node: string | undefined, options: LookOptions): Promise<number> {
  const argv = Object.hasOwn(parts, part) ? parts[part] : undefined;
  if (argv === undefined && part !== "dhcp-server") {
    throw new UserError([refusal("PART", part, [...Object.keys(parts), "dhcp-server"])]);
  }
  const stack = await requireStack(options.stack);
  if (argv === undefined) {
    const server = await dhcpServer(stack);
    if (server === undefined) {
      throw new UserError([{ field: "STACK", value: stack, rule: "has no DHCP server" }]);
    }
    return serverLog(await engineOfStack(stack), server.container);
  }
  let exitCode = 0;
  for (const each of await nodesToAsk(stack, node)) {
    console.log(`== ${each.name}: ${part}`);
    const asked = await runForeground(each.exec(argv), { onSignal: "end" });
    exitCode = Math.max(exitCode, asked === 0 ? 0 : 1);
  }
  return exitCode;
}

async function nodesToAsk(stack: string, node: string | undefined): Promise<readonly StackNode[]> {
  if (node !== undefined) return [await requireNode(stack, node)];
  const nodes = await nodesOfStack(stack);
  // Refuses by name where there is none.
  if (nodes.length === 0) return [await requireNode(stack, "n1")];
  return nodes.sort((a, b) => a.name.localeCompare(b.name));
}

/** `./lab capture`: tcpdump on a node, until Ctrl-C or for as many packets as its own `-c` says. */
export async function capturePackets(
  name: string,
  link: string,
  words: readonly string[],
  options: LookOptions,
): Promise<number> {
  const node = await requireNode(await requireStack(options.stack), name);
  const links = (await read(node.exec(["ls", "/sys/class/net"]))).trim().split(/\s+/);
  if (link !== "any" && !links.includes(link)) {
    throw new UserError([refusal("IFACE", link, links)]);
  }
  const terminal = process.stdin.isTTY && process.stdout.isTTY ? "input and terminal" : "nothing";
  const file = `/run/cni-lab-capture.${process.pid}`;
  const tcpdump = ["tcpdump", "-l", "-n", "-e", "-i", link, ...words];
  try {
    const script = `echo $$ >${file}; exec ${quote(tcpdump)}`;
    const exitCode = await runForeground(node.exec(["sh", "-c", script], terminal), {
      onSignal: "pass",
    });
    // Ctrl-C is how one ends it.
    return exitCode === 0 || exitCode === 130 ? 0 : 1;
  } finally {
    // What the engine started on the node outlives its own killed `exec`.
    const end = `kill -INT "$(cat ${file})" 2>/dev/null; rm -f ${file}`;
    await capture(node.exec(["sh", "-c", end]));
  }
}
