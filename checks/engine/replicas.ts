import { confluenceNames, replicaName } from "../../components/confluence/names";
import type { Pod } from "../readers/pod";
import { clusterIpOf, find, type Item, listed, plain, secondInterfaceOf } from "./objects";

/** A member of Confluence's cluster that there is to be; what is not known of it is absent. */
export interface Replica {
  readonly name: string;
  readonly node?: string;
  readonly ip?: string;
  /** Every address by which others know it: its own, that on a secondary network, and its Service's. */
  readonly addresses: readonly string[];
}

const { namespace, name } = confluenceNames;

/** All replicas that there are to be, there or not; none without a StatefulSet. */
export function replicasIn(items: readonly Item[], pods: readonly Pod[]): readonly Replica[] {
  const statefulSet = find(items, "StatefulSet", namespace, name);
  // Where the field is absent, it is one.
  const wanted = statefulSet === undefined ? 0 : (statefulSet.spec?.replicas ?? 1);
  return Array.from({ length: wanted }, (_, ordinal) => replica(items, pods, replicaName(ordinal)));
}

function replica(items: readonly Item[], pods: readonly Pod[], podName: string): Replica {
  const pod = podOf(pods, podName);
  const lives = pod !== undefined && !pod.isLeaving;
  const [node, ip] = lives ? [plain(pod.node), plain(pod.ip)] : [];
  const addresses = [ip, lives ? secondInterfaceOf(pod).address : undefined, clusterIpOf(items, namespace, podName)];
  return {
    name: podName,
    ...(node === undefined ? {} : { node }),
    ...(ip === undefined ? {} : { ip }),
    addresses: addresses.flatMap((address) => address ?? []),
  };
}

/** What there is of the replicas, for a person; nothing where none are to be. */
export function describeReplicas(items: readonly Item[], pods: readonly Pod[]): string {
  const wanted = replicasIn(items, pods).map((one) => [one.name, podOf(pods, one.name)] as const);
  const there = wanted.flatMap(([, pod]) => pod ?? []);
  const missing = wanted.filter(([, pod]) => pod === undefined).map(([podName]) => podName);
  if (wanted.length === 0) return "";
  return `; replicas: ${listed(there)}${missing.length === 0 ? "" : `; not there: ${missing.join(", ")}`}`;
}

function podOf(pods: readonly Pod[], podName: string): Pod | undefined {
  return pods.find((pod) => pod.namespace === namespace && pod.name === podName);
}
