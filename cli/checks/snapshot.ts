import { networkAnnotations, type Role, roleLabel, secondInterface } from "../../components/lib/networks/names";
import { probeNames } from "../../components/lib/probe-names";
import type { Facts } from "../../labs/placeholders";
import type { ClusterAccess } from "./access";
import type { Clock } from "./clock";
import { lastLine, parseJson } from "./text";

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
  /** Facts that are the same for all subjects; an absent Service has none. */
  readonly facts: Facts;
  /** Why a fact may be missing, in words. */
  readonly trouble: string;
}

interface Item {
  readonly kind?: string;
  readonly metadata?: {
    readonly namespace?: string;
    readonly name?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec?: { readonly nodeName?: string; readonly clusterIP?: string };
  readonly status?: { readonly phase?: string; readonly podIP?: string };
}

/** What Multus says of one interface of a pod. */
interface NetworkStatus {
  readonly interface: string;
  readonly ips: readonly string[];
  readonly mac: string;
}

const services: Readonly<Record<string, readonly [namespace: string, name: string]>> = {
  "service.ip": [probeNames.namespace, probeNames.name],
  "api.ip": ["default", "kubernetes"],
  "dns.ip": ["kube-system", "kube-dns"],
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
  const args = ["get", "pods,services", "--all-namespaces", "-o", "json", "--request-timeout=10s"];
  const ran = await access.kubectl(args, { signal, timeoutMs: 15_000 });
  const nodes = access.nodes.map((node) => node.name);
  const known = {
    ...settings,
    "nodes.count": String(nodes.length),
    "nodes.names": nodes.join(","),
    namespace: probeNames.namespace,
    "service.port": String(probeNames.port),
  };
  if (ran.exitCode !== 0) {
    return {
      pods: [],
      multihomed: [],
      facts: known,
      trouble: `kubectl get pods,services ended with ${ran.exitCode}: ${lastLine(ran)}`,
    };
  }
  const items = parseJson<{ items: readonly Item[] }>(ran.stdout)?.items;
  if (!Array.isArray(items)) {
    const trouble = `kubectl get pods,services printed no list: ${lastLine(ran)}`;
    return { pods: [], multihomed: [], facts: known, trouble };
  }
  const found = Object.entries(services).flatMap(([fact, [namespace, name]]) => {
    const ip = items.find((item) => item.kind === "Service" && is(item, namespace, name))?.spec?.clusterIP;
    return ip === undefined || !isPlain(ip) ? [] : [[fact, ip] as const];
  });
  const own = items.filter((item) => item.kind === "Pod" && item.metadata?.namespace === probeNames.namespace);
  const pods = own.filter((pod) => pod.metadata?.labels?.["app.kubernetes.io/name"] === probeNames.name);
  const roles = own.filter((pod) => roleOf(pod) !== undefined);
  return {
    pods: pods.flatMap(usable).sort((a, b) => a.name.localeCompare(b.name)),
    multihomed: roles.flatMap(multihomed).sort((a, b) => a.name.localeCompare(b.name)),
    facts: { ...known, ...Object.fromEntries(found) },
    trouble: `probe pods there: ${listed(pods)}${roles.length === 0 ? "" : `; with a second interface: ${listed(roles)}`}`,
  };
}

function listed(pods: readonly Item[]): string {
  const all = pods.map((pod) => `${pod.metadata?.name} on ${pod.spec?.nodeName ?? "no node"} ${stateOf(pod)}`);
  return all.sort().join(", ") || "none";
}

function usable(pod: Item): ProbePod[] {
  const [name, node, ip] = [pod.metadata?.name, pod.spec?.nodeName, pod.status?.podIP];
  if (name === undefined || node === undefined || ip === undefined || stateOf(pod) !== "Running") return [];
  return isPlain(name) && isPlain(node) && isPlain(ip) ? [{ name, node, ip }] : [];
}

function roleOf(pod: Item): Role | undefined {
  const role = pod.metadata?.labels?.[roleLabel];
  return role === "static" || role === "leased" ? role : undefined;
}

/** A pod that hangs has a name and a node, and that is what is to be looked at. */
function multihomed(pod: Item): MultihomedPod[] {
  const [role, name, node] = [roleOf(pod), pod.metadata?.name, pod.spec?.nodeName];
  if (role === undefined || name === undefined || node === undefined || stateOf(pod) === "Terminating") return [];
  if (!isPlain(name) || !isPlain(node)) return [];
  const status = parseJson<readonly Partial<NetworkStatus>[]>(pod.metadata?.annotations?.[networkAnnotations.status]);
  const second = Array.isArray(status) ? status.find((one) => one?.interface === secondInterface) : undefined;
  const [address, mac] = [second?.ips?.[0]?.split("/")[0], second?.mac];
  return [
    {
      role,
      name,
      node,
      ...(address === undefined || !isPlain(address) ? {} : { address }),
      ...(mac === undefined || !isPlain(mac) ? {} : { mac }),
    },
  ];
}

function stateOf(pod: Item): string {
  return pod.metadata?.deletionTimestamp === undefined ? (pod.status?.phase ?? "Unknown") : "Terminating";
}

function is(item: Item, namespace: string, name: string): boolean {
  return item.metadata?.namespace === namespace && item.metadata.name === name;
}

/** Facts go into shell scripts as they are, so nothing but names and addresses may become one. */
function isPlain(fact: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9.:-]*$/.test(fact);
}
