import type { ClusterAccess } from "../../checks/engine/access";
import { lastLine } from "../../checks/engine/text";
import type { Ran, RunOptions } from "../../lib/ran";
import { askNode, readNode } from "./read-node";
import { readPods } from "./read-pods";
import { formats, type Topology, type TopologyNode } from "./seen";

/** How long each place has to answer. */
const timeoutMs = 8_000;

/**
 * Looks at the network of a stack: one command for each node, one for the pods, one for the DHCP server, all at once.
 * Never fails: what does not answer is told in `trouble`.
 */
export async function collectTopology(
  access: ClusterAccess,
  now: () => number = Date.now,
  signal?: AbortSignal,
): Promise<Topology> {
  const takenAt = new Date(now()).toISOString();
  const options: RunOptions = { timeoutMs, signal };
  const [nodes, pods, dhcpServer] = await Promise.all([
    Promise.all(
      access.nodes.map(async (node) => {
        const seen = await ask(`node ${node.name}`, () => access.node(node.name, askNode, options), readNode);
        const { name, container, address } = node;
        return { node: { name, container, address, ...("value" in seen ? { seen: seen.value } : {}) }, seen };
      }),
    ),
    ask(
      "the pods",
      () => access.kubectl(["get", "pods", "--all-namespaces", "--output=json", "--request-timeout=6s"], options),
      readPods,
    ),
    ask("the DHCP server", async () => access.dhcpServer?.(["ip", "-json", "address"], options), readAddresses),
  ]);
  return {
    version: 1,
    takenAt,
    nodes: nodes.map(({ node }): TopologyNode => node),
    ...("value" in pods ? { pods: pods.value } : {}),
    ...("value" in dhcpServer ? { dhcpServer: { addresses: dhcpServer.value } } : {}),
    trouble: [...nodes.map(({ seen }) => seen), pods, dhcpServer].flatMap((each) =>
      "trouble" in each ? [each.trouble] : [],
    ),
  };
}

/** What was read, or why it could not be; neither where there is nothing to ask. */
type Answer<T> = { readonly value: T } | { readonly trouble: string } | Record<string, never>;

async function ask<T>(
  who: string,
  run: () => Promise<Ran | undefined>,
  read: (stdout: string) => T,
): Promise<Answer<T>> {
  try {
    const ran = await run();
    if (ran === undefined) return {};
    if (ran.exitCode !== 0) return { trouble: `${who} did not answer (exit code ${ran.exitCode}): ${lastLine(ran)}` };
    return { value: read(ran.stdout) };
  } catch (error) {
    return { trouble: `${who} could not be seen: ${error instanceof Error ? error.message : error}` };
  }
}

function readAddresses(stdout: string): string[] {
  return formats.links
    .parse(JSON.parse(stdout))
    .filter(({ ifname }) => ifname !== "lo")
    .flatMap(({ addr_info }) => addr_info)
    .filter(({ family }) => family === "inet")
    .map(({ local, prefixlen }) => `${local}/${prefixlen}`);
}
