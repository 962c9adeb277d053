import { confluenceNames } from "../../components/confluence/names";
import { type Role, roleLabel } from "../../components/networks/names";
import { probeNames } from "../../components/probe/probe-names";
import { parseJson } from "../../lib/json";
import type { Facts } from "../language/placeholders";
import { type Pod, readPod, stateOf } from "../readers/pod";
import type { ClusterAccess } from "./access";
import type { Clock } from "./clock";
import { clusterIpOf, type Item, listed, plain, secondInterfaceOf } from "./objects";
import { describeReplicas, type Replica, replicasIn } from "./replicas";
import { lastLine } from "./text";

/** A probe pod that can be looked from. */
export interface ProbePod {
  readonly name: string;
  readonly node: string;
  readonly ip: string;
}

/** A pod with a second interface, and what is known of that: nothing while the pod hangs. */
export interface MultihomedPod {
  readonly role: Role;
  readonly name: string;
  readonly node: string;
  readonly address?: string;
  readonly mac?: string;
}

/** The cluster at one moment, as far as placeholders need it. */
export interface Snapshot {
  readonly pods: readonly ProbePod[];
  /** One for each role and node at most, in the order of their names. */
  readonly multihomed: readonly MultihomedPod[];
  /** All that there are to be; undefined where that could not be asked. */
  readonly replicas?: readonly Replica[];
  /** Facts that are the same for all subjects; an absent Service has none. */
  readonly facts: Facts;
  /** Why a fact may be missing, in words. */
  readonly trouble: string;
}

const services: Readonly<Record<string, readonly [namespace: string, name: string]>> = {
  "service.ip": [probeNames.namespace, probeNames.name],
  "api.ip": ["default", "kubernetes"],
  "dns.ip": ["kube-system", "kube-dns"],
  "confluence.ip": [confluenceNames.namespace, confluenceNames.name],
};

/** Takes snapshots, at most one a second: the tries of many subjects share one. */
export class Snapshots {
  private last?: { readonly at: number; readonly snapshot: Promise<Snapshot> };

  constructor(
    private readonly access: ClusterAccess,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
    private readonly settings: Facts,
  ) {}

  take(): Promise<Snapshot> {
    const now = this.clock.now();
    if (this.last === undefined || now - this.last.at >= 1000) {
      this.last = { at: now, snapshot: takeSnapshot(this.access, this.signal, this.settings) };
    }
    return this.last.snapshot;
  }
}

async function takeSnapshot(access: ClusterAccess, signal: AbortSignal, settings: Facts): Promise<Snapshot> {
  const nodes = access.nodes.map((node) => node.name);
  const known = {
    ...settings,
    "nodes.count": String(nodes.length),
    "nodes.names": nodes.join(","),
    "nodes.addresses": access.nodes.map((node) => node.address).join(","),
    namespace: probeNames.namespace,
    "service.port": String(probeNames.port),
  };
  const seen = await objects(access, signal);
  if (seen.items === undefined) return { pods: [], multihomed: [], facts: known, trouble: seen.trouble };
  const { items } = seen;
  const found = Object.entries(services).flatMap(([fact, [namespace, name]]) => {
    const ip = clusterIpOf(items, namespace, name);
    return ip === undefined ? [] : [[fact, ip] as const];
  });
  const all = items.flatMap((item) => (item.kind === "Pod" ? (readPod(item) ?? []) : []));
  const own = all.filter(({ namespace }) => namespace === probeNames.namespace);
  const pods = own.filter(({ labels }) => labels["app.kubernetes.io/name"] === probeNames.name);
  const roles = own.filter((pod) => roleOf(pod) !== undefined);
  const replicas = replicasIn(items, all);
  return {
    pods: pods.flatMap(usable).sort((a, b) => a.name.localeCompare(b.name)),
    multihomed: roles.flatMap(multihomed).sort((a, b) => a.name.localeCompare(b.name)),
    replicas,
    facts: { ...known, "replicas.count": String(replicas.length), ...Object.fromEntries(found) },
    trouble: `probe pods there: ${listed(pods)}${roles.length === 0 ? "" : `; with a second interface: ${listed(roles)}`}${describeReplicas(items, all)}`,
  };
}

/** The objects that a snapshot is made of, or why they can't be seen. */
async function objects(
  access: ClusterAccess,
  signal: AbortSignal,
): Promise<{ readonly items: readonly Item[] } | { readonly items?: undefined; readonly trouble: string }> {
  const options = { signal, timeoutMs: 15_000 };
  const items = await access.list?.(["Pod", "Service", "StatefulSet"], options);
  if (items !== undefined) return { items: items as readonly Item[] };
  const args = ["get", "pods,services,statefulsets", "--all-namespaces", "-o", "json", "--request-timeout=10s"];
  const ran = await access.kubectl(args, options);
  const asked = "kubectl get pods,services,statefulsets";
  if (ran.exitCode !== 0) return { trouble: `${asked} ended with ${ran.exitCode}: ${lastLine(ran)}` };
  const printed = parseJson<{ items: readonly Item[] }>(ran.stdout)?.items;
  return Array.isArray(printed) ? { items: printed } : { trouble: `${asked} printed no list: ${lastLine(ran)}` };
}

function usable(pod: Pod): ProbePod[] {
  const [name, node, ip] = [pod.name, pod.node, pod.ip].map(plain);
  if (name === undefined || node === undefined || ip === undefined || stateOf(pod) !== "Running") return [];
  return [{ name, node, ip }];
}

function roleOf({ labels }: Pod): Role | undefined {
  const role = labels[roleLabel];
  return role === "static" || role === "leased" ? role : undefined;
}

/** A pod that hangs has a name and a node, and that is what is to be looked at. */
function multihomed(pod: Pod): MultihomedPod[] {
  const [role, name, node] = [roleOf(pod), plain(pod.name), plain(pod.node)];
  if (role === undefined || name === undefined || node === undefined || pod.isLeaving) return [];
  return [{ role, name, node, ...secondInterfaceOf(pod) }];
}
