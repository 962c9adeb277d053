import { randomBytes } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { describeProblem } from "../../../lib/user-error";
import { shown } from "../../args/shown";
import type { NodeAccess, ReachableNode } from "../../cluster/node-access";
import type { Script } from "../../cluster/shell/node-shell";
import { pullScript } from "../swap/carry-script";
import { readClusterFacts } from "./cluster-facts";
import { clusterFactsScript } from "./cluster-script";
import { findingsOf, refusalText } from "./findings";
import { type PortsHeard, readHeard, readRefused } from "./heard";
import { readPulls } from "./image-findings";
import { type NodeLook, readNodeFacts } from "./node-facts";
import { linkOf } from "./node-findings";
import { nodeFactsScript } from "./node-script";
import { collectScript, listenScript, sendScript } from "./ports-script";
import type { Coming, FailedPull, Seen } from "./seen";

/** What becomes of what a preflight finds: it ends the update before anything is touched, or is told, or not looked for. */
export type PreflightChoice = "refuse" | "tell" | "off";

/** How a swap is begun in spite of what was found. */
const goOn = 'set preflight to "tell"';

/** Bytes of a packet of Ethernet where nothing else is known. */
const usualMtu = 1500;

/**
 * Looks at the nodes and the cluster before a CNI comes, while the program runs: in a preview all that is found is told,
 * and an update ends by it, before it has changed anything. Where the CNI is on all nodes already, that is all that is
 * looked for.
 *
 * @returns what everything of the CNI waits for
 * @throws pulumi.RunError in an update, with all problems
 */
export function preflight(
  { nodes, kubeconfig }: NodeAccess,
  coming: pulumi.Input<Coming>,
  choice: Exclude<PreflightChoice, "off">,
  teller: pulumi.ComponentResource,
): pulumi.Output<pulumi.Resource[]> {
  return pulumi.output({ coming, addresses: nodes.map(({ address }) => address) }).apply((known) => {
    const text = nodeFactsScript(known.coming.conflist, known.coming.needs);
    return onAll(nodes, () => ({ text }), teller).apply((said) => {
      const stations = nodes.map((node, i): Station => {
        const address = known.addresses[i];
        return { node, address, look: readNodeFacts(node.name, said[i] ?? "") };
      });
      if (!stations.some(({ look }) => look.is === "away")) {
        return pulumi.output<pulumi.Resource[]>([]);
      }
      const cluster = nodes[0]?.shell.look?.({ text: clusterFactsScript }, { parent: teller }, kubeconfig) ?? "";
      return pulumi
        .all([cluster, tryPorts(known.coming, stations, teller), tryPulls(known.coming, stations, teller)])
        .apply(([told, ports, pulls]) =>
          judge(choice, known.coming, stations, { cluster: readClusterFacts(told), ports, pulls }, teller),
        );
    });
  });
}

/** A node, and what was seen of it. */
interface Station {
  readonly node: ReachableNode;
  readonly address: string | undefined;
  readonly look: NodeLook;
}

async function judge(
  choice: Exclude<PreflightChoice, "off">,
  coming: Coming,
  stations: readonly Station[],
  seen: Pick<Seen, "cluster" | "ports" | "pulls">,
  teller: pulumi.ComponentResource,
): Promise<pulumi.Resource[]> {
  const unseen = stations.flatMap(({ node, look }) => (look.is === "unseen" ? [node.name] : []));
  const nodes = awayOf(stations).map(({ facts }) => facts);
  const addresses = addressesOf(stations);
  const { problems, notes } = findingsOf(coming, { nodes, addresses, unseen, ...seen });
  for (const note of notes) {
    await pulumi.log.info(`${coming.title}: ${note}`, teller);
  }
  if (problems.length > 0 && choice === "refuse" && !pulumi.runtime.isDryRun()) {
    throw shown(new pulumi.RunError(refusalText(coming.title, problems, goOn)));
  }
  for (const problem of problems) {
    await pulumi.log.warn(`${coming.title}: ${describeProblem(problem)}`, teller);
  }
  return [];
}

/** Packets from each node to each other one, to those ports that nobody has; undefined where none can be sent. */
function tryPorts(
  { needs }: Coming,
  stations: readonly Station[],
  teller: pulumi.ComponentResource,
): pulumi.Output<PortsHeard | undefined> {
  const away = awayOf(stations);
  const taken = away.flatMap(({ facts }) => facts.taken);
  const ports = needs.ports.filter(
    ({ protocol, port }) => !taken.some((each) => each.protocol === protocol && each.port === port),
  );
  const addresses = addressesOf(stations);
  const reachable = away.filter(({ node }) => addresses.has(node.name));
  if (ports.length === 0 || reachable.length < 2 || reachable.some(({ facts }) => facts.lacks.length > 0)) {
    return pulumi.output(undefined);
  }
  const token = randomBytes(4).toString("hex");
  const nodes = reachable.map(({ node }) => node);
  const large = new Map(
    reachable.map(({ node, facts }) => [
      node.name,
      needs.packetBytes === "link"
        ? (linkOf(facts, addresses.get(node.name) ?? "")?.mtu ?? usualMtu)
        : needs.packetBytes,
    ]),
  );
  const peersOf = (name: string) =>
    nodes.flatMap((peer) => (peer.name === name ? [] : [`${peer.name}=${addresses.get(peer.name)}`]));
  const send = ({ name }: ReachableNode): Script => ({
    text: sendScript(ports),
    args: [token, name, String(large.get(name)), ...peersOf(name)],
  });
  const listen = { text: listenScript(ports), args: [token] };
  const collect = { text: collectScript(ports), args: [token] };
  return onAll(nodes, () => listen, teller).apply(() =>
    onAll(nodes, send, teller).apply((sent) =>
      onAll(nodes, () => collect, teller).apply((collected) => ({
        ports,
        nodes: nodes.map(({ name }) => name),
        refused: nodes.flatMap(({ name }, i) => readRefused(name, sent[i] ?? "") ?? []),
        heard: nodes.flatMap(({ name }, i) => readHeard(name, collected[i] ?? "") ?? []),
        large,
      })),
    ),
  );
}

/** In an update nodes pull what they lack: else nobody knows whether they can. */
function tryPulls(
  { carriesImages }: Coming,
  stations: readonly Station[],
  teller: pulumi.ComponentResource,
): pulumi.Output<FailedPull[] | undefined> {
  const lacking = awayOf(stations).filter(({ facts }) => facts.imageless.length > 0);
  if (pulumi.runtime.isDryRun() || carriesImages || lacking.length === 0) {
    return pulumi.output(undefined);
  }
  const pulls = lacking.map(
    ({ node, facts }) => node.shell.look?.({ text: pullScript, args: facts.imageless }, { parent: teller }) ?? "",
  );
  return pulumi.all(pulls).apply((said) => lacking.flatMap(({ node }, i) => readPulls(node.name, said[i] ?? "") ?? []));
}

/** Those to which the CNI comes. */
const awayOf = (stations: readonly Station[]) =>
  stations.flatMap(({ node, look }) => (look.is === "away" ? [{ node, facts: look }] : []));

const addressesOf = (stations: readonly Station[]): ReadonlyMap<string, string> =>
  new Map(stations.flatMap(({ node, address }) => (address === undefined ? [] : [[node.name, address]])));

/** Runs a script on each node whose shell can, side by side; gives what each has printed, nothing where nobody answered. */
function onAll(
  nodes: readonly ReachableNode[],
  script: (node: ReachableNode) => Script,
  parent: pulumi.Resource,
): pulumi.Output<string[]> {
  return pulumi.all(nodes.map((node) => node.shell.look?.(script(node), { parent }) ?? ""));
}
