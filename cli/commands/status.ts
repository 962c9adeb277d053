import { z } from "zod";
import type { ClusterAccess } from "../../checks/engine/access";
import { readPods } from "../../checks/readers/pod";
import { placeOf } from "../../components/cluster/owner";
import { type Absent, absentLines, absentParts } from "../../driver/stack/absent";
import { dhcpServer, type NodeContainer, nodeContainers, partContainers } from "../../driver/stack/containers";
import { partsBeside } from "../../driver/stack/parts";
import { Stack } from "../../driver/stack/stack";
import { anothers, type StackState, stackState } from "../../driver/stack/state";
import { type Changes, changesOfStack } from "../../driver/values/changes";
import { labOf, livingStacks, requireStack } from "../../driver/which-stack";
import { table } from "../../lib/terminal/table";
import { locateToolchain } from "../../toolchain";
import { describeNetworks, lookAtNetworks, type NetworksStatus } from "./status-networks";
import {
  describeCni,
  describePodNetwork,
  type NodeNetwork,
  nodeNetworks,
  type PodNetwork,
  podNetworks,
} from "./status-pods";

interface StatusOptions {
  readonly json?: boolean;
}

/** What `status --json` prints for a stack. */
interface StackStatus extends Partial<NetworksStatus> {
  readonly stack: string;
  readonly state: StackState;
  /** Whose it is, where it is another's: the address of the backend. */
  readonly owner?: string;
  /** What the stack is set to. */
  readonly cni?: string;
  readonly lanCidr?: string;
  /** The network that the CNI in force gives the pods addresses of, by commas where nodes differ; absent with no CNI. */
  readonly podCidr?: string;
  /** What makes it other than its lab; undefined for a stack that is no lab. */
  readonly changes?: Changes;
  /** What stands beside the nodes and does not run; left out where all of it does. */
  readonly absent?: readonly Absent[];
  readonly nodes: readonly NodeStatus[];
}

interface NodeStatus {
  readonly name: string;
  /** Absent for a machine. */
  readonly container?: string;
  readonly running: boolean;
  /** True where the container is not there any more. */
  readonly gone?: true;
  readonly address?: string;
  /** Undefined where the API server did not answer. */
  readonly ready?: boolean;
  /** The CNI in force there. Another than the stack's in a swap, and after one that was refused. */
  readonly cni?: string;
  /** The node's part of the pods' network, or all of it where nodes have no parts. */
  readonly podCidr?: string;
  readonly pods?: { readonly ready: number; readonly total: number };
}

/** `./lab status`: one stack, or all that are there, in one table. */
export async function status(name: string | undefined, { json = false }: StatusOptions): Promise<number> {
  const names = name === undefined ? await livingStacks() : [await requireStack(name)];
  if (name !== undefined) {
    // Of one stack it is told why its state can't be read, and what to do.
    new Stack(name, locateToolchain()).summary();
  }
  const containers = await nodeContainers();
  const all = await Promise.all(names.map((each) => statusOf(each, containers)));
  if (json) {
    console.log(JSON.stringify(name === undefined ? all : all[0], undefined, 2));
  } else {
    console.log(all.length === 0 ? "No stack is up. See ./lab list" : all.map(describe).join("\n\n"));
  }
  return 0;
}

/** States in which there is nothing to ask Pulumi for. */
const hasNoState: readonly StackState[] = ["-", "left over", "another's", "unreadable"];

async function statusOf(name: string, all: readonly NodeContainer[]): Promise<StackStatus> {
  const containers = all.filter(({ stack }) => stack === name).sort((a, b) => a.node.localeCompare(b.node));
  const state = stackState(name, all);
  const stack = new Stack(name, locateToolchain());
  const outputs = hasNoState.includes(state) ? undefined : await stack.outputs();
  const access = outputs === undefined ? undefined : await stack.access();
  const lab = await labOf(name);
  const addressOf = (node: string) => outputs?.nodes.find(({ name }) => name === node)?.address;
  const gone = absentParts(outputs?.nodes ?? [], containers).filter(({ how }) => how === "gone");
  const beside = outputs === undefined ? [] : partsBeside(name, outputs);
  const absent = beside.length === 0 ? [] : absentParts(beside, await partContainers(name));
  const [seen, networks] = await Promise.all([
    access === undefined || outputs === undefined ? undefined : look(access, outputs),
    access === undefined ? undefined : dhcpServer(name).then((server) => lookAtNetworks(access, server)),
  ]);
  const inForce = [...(seen?.values() ?? [])].map(({ network }) => network);
  return {
    stack: name,
    state,
    ...(state === "another's" ? { owner: anothers(containers) } : {}),
    ...(outputs === undefined
      ? {}
      : { cni: outputs.cni, lanCidr: outputs.lanCidr, podCidr: podNetworks(inForce, outputs) }),
    ...(lab === undefined ? {} : { changes: changesOfStack(lab, name, state) }),
    ...networks,
    ...(absent.length === 0 ? {} : { absent }),
    nodes: [
      ...containers.map(({ node, container, running }) => ({
        name: node,
        container,
        running,
        address: addressOf(node),
        ...toldOf(seen?.get(node)),
      })),
      // Of a machine the API server alone tells.
      ...(outputs?.nodes ?? [])
        .filter(({ container }) => container === undefined)
        .map(({ name, address }) => ({ name, running: true, address, ...toldOf(seen?.get(name)) })),
      ...gone.map(({ name, container }) => ({
        name,
        container,
        running: false,
        gone: true as const,
        address: addressOf(name),
      })),
    ],
  };
}

const condition = z.object({ type: z.string(), status: z.string() });
const nodesFormat = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({ podCIDR: z.string().optional() }),
      status: z.object({ conditions: z.array(condition).optional() }),
    }),
  ),
});
interface SeenNode extends Pick<NodeStatus, "ready" | "pods"> {
  readonly network: NodeNetwork;
}

/** What of it the status of a node tells. */
function toldOf(node: SeenNode | undefined): Pick<NodeStatus, "ready" | "cni" | "podCidr" | "pods"> {
  return node === undefined
    ? {}
    : { ready: node.ready, cni: node.network.cni, podCidr: node.network.own, pods: node.pods };
}

/** What the cluster says of its nodes; nothing when it does not answer in 5 s. */
async function look(access: ClusterAccess, wish: PodNetwork): Promise<Map<string, SeenNode>> {
  const limit = ["--request-timeout=5s", "--output=json"];
  const [nodes, pods] = await Promise.all([
    access.kubectl(["get", "nodes", ...limit], { timeoutMs: 8_000 }),
    access.kubectl(["get", "pods", "--all-namespaces", ...limit], { timeoutMs: 8_000 }),
  ]);
  if (nodes.exitCode !== 0 || pods.exitCode !== 0) {
    return new Map();
  }
  const allPods = (readPods(pods.stdout) ?? []).filter(({ phase }) => phase !== "Succeeded");
  const listed = nodesFormat.parse(JSON.parse(nodes.stdout)).items;
  const assigned = new Map(listed.map(({ metadata, spec }) => [metadata.name, spec.podCIDR]));
  const networks = await nodeNetworks(access, wish, assigned);
  return new Map(
    listed.map(({ metadata, status }) => {
      const own = allPods.filter(({ node }) => node === metadata.name);
      const ready = own.filter((pod) => pod.isReady).length;
      return [
        metadata.name,
        {
          ready: isReady(status.conditions),
          network: networks.get(metadata.name) ?? wish,
          pods: { ready, total: own.length },
        },
      ];
    }),
  );
}

function isReady(conditions: readonly z.infer<typeof condition>[] = []): boolean {
  return conditions.some(({ type, status }) => type === "Ready" && status === "True");
}

function describe(status: StackStatus): string {
  const { stack, state, owner, cni, lanCidr, podCidr, changes, absent = [], nodes } = status;
  const lan = lanCidr === undefined ? "" : `, LAN ${lanCidr}`;
  const networks = cni === undefined ? "" : `, CNI ${describeCni(cni, nodes)}${lan}, ${describePodNetwork(podCidr)}`;
  const rows = nodes.map(({ name, container, running, gone, address, ready, podCidr: own, pods }) => [
    name,
    container ?? "a machine",
    address ?? "?",
    // The key to another's API server is with its owner.
    running ? (owner === undefined ? readiness(ready) : "running") : gone ? "gone" : "stopped",
    own ?? "",
    pods === undefined ? "?" : `${pods.ready}/${pods.total}`,
  ]);
  const head = ["node", "container", "address", "state", "pod network", "pods ready"];
  const beside = describeNetworks({ ...status, networks: status.networks ?? [] });
  const whose = owner === undefined ? "" : `, of the lab ${placeOf(owner)}`;
  const lines = [
    `${stack}: ${state}${whose}${networks}`,
    ...(changes?.lines ?? []),
    ...beside,
    ...absentLines(stack, absent),
  ];
  return [...lines, ...(rows.length > 0 ? [table(head, rows)] : [])].join("\n");
}

function readiness(ready: boolean | undefined): string {
  return ready === undefined ? "API silent" : ready ? "Ready" : "NotReady";
}
