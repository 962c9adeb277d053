import { networkAnnotations, secondInterface } from "../../components/networks/names";
import { parseJson } from "../../lib/json";

/** An object of the cluster, as far as it is looked at. */
export interface Item {
  readonly kind?: string;
  readonly metadata?: {
    readonly namespace?: string;
    readonly name?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec?: { readonly nodeName?: string; readonly clusterIP?: string; readonly replicas?: number };
  readonly status?: { readonly phase?: string; readonly podIP?: string };
}

/** What Multus says of one interface of a pod. */
interface NetworkStatus {
  readonly interface: string;
  readonly ips: readonly string[];
  readonly mac: string;
}

/** The object of this kind and name, where there is one. */
export function find(items: readonly Item[], kind: string, namespace: string, name: string): Item | undefined {
  return items.find(
    ({ kind: one, metadata }) => one === kind && metadata?.namespace === namespace && metadata.name === name,
  );
}

/** The address of a Service. */
export function clusterIpOf(items: readonly Item[], namespace: string, name: string): string | undefined {
  return plain(find(items, "Service", namespace, name)?.spec?.clusterIP);
}

/** The phase of a pod, and Terminating where it is to go. */
export function stateOf(pod: Item): string {
  return pod.metadata?.deletionTimestamp === undefined ? (pod.status?.phase ?? "Unknown") : "Terminating";
}

/** Pods with where they are and what becomes of them, for a person. */
export function listed(pods: readonly Item[]): string {
  const all = pods.map((pod) => `${pod.metadata?.name} on ${pod.spec?.nodeName ?? "no node"} ${stateOf(pod)}`);
  return all.sort().join(", ") || "none";
}

/** The address and MAC of a pod's second interface, as far as Multus tells them. */
export function secondInterfaceOf(pod: Item): { readonly address?: string; readonly mac?: string } {
  const status = parseJson<readonly Partial<NetworkStatus>[]>(pod.metadata?.annotations?.[networkAnnotations.status]);
  const second = Array.isArray(status) ? status.find((one) => one?.interface === secondInterface) : undefined;
  const [address, mac] = [plain(second?.ips?.[0]?.split("/")[0]), plain(second?.mac)];
  return { ...(address === undefined ? {} : { address }), ...(mac === undefined ? {} : { mac }) };
}

/** Facts go into shell scripts as they are, so nothing but names and addresses may become one. */
export function plain(fact: string | undefined): string | undefined {
  return fact !== undefined && /^[A-Za-z0-9][A-Za-z0-9.:-]*$/.test(fact) ? fact : undefined;
}
