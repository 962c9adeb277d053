import { secondInterface } from "../../components/networks/names";
import { type Pod, stateOf } from "../readers/pod";

/** An object of the cluster that is no pod, as far as it is looked at. */
export interface Item {
  readonly kind?: string;
  readonly metadata?: { readonly namespace?: string; readonly name?: string };
  readonly spec?: { readonly clusterIP?: string; readonly replicas?: number };
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

/** Pods with where they are and what becomes of them, for a person. */
export function listed(pods: readonly Pod[]): string {
  const all = pods.map((pod) => `${pod.name} on ${pod.node ?? "no node"} ${stateOf(pod)}`);
  return all.sort().join(", ") || "none";
}

/** The address and MAC of a pod's second interface, as far as Multus tells them. */
export function secondInterfaceOf(pod: Pod): { readonly address?: string; readonly mac?: string } {
  const second = pod.interfaces.find(({ link }) => link === secondInterface);
  const [address, mac] = [plain(second?.ips[0]), plain(second?.mac)];
  return { ...(address === undefined ? {} : { address }), ...(mac === undefined ? {} : { mac }) };
}

/** Facts go into shell scripts as they are, so nothing but names and addresses may become one. */
export function plain(fact: string | undefined): string | undefined {
  return fact !== undefined && /^[A-Za-z0-9][A-Za-z0-9.:-]*$/.test(fact) ? fact : undefined;
}
