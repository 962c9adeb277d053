import { confluenceNames, replicaName } from "../../components/confluence/names";
import { clusterIpOf, find, type Item, listed, plain, secondInterfaceOf, stateOf } from "./objects";

/** A member of Confluence's cluster that there is to be; what is not known of it is absent. */
export interface Replica {
  readonly name: string;
  readonly node?: string;
  readonly ip?: string;
  /** Every address by which others know it: its own, that on a network besides the CNI's, and its Service's. */
  readonly addresses: readonly string[];
}

const { namespace, name } = confluenceNames;

/** All replicas that there are to be, there or not; none without a StatefulSet. */
export function replicasIn(items: readonly Item[]): readonly Replica[] {
  const statefulSet = find(items, "StatefulSet", namespace, name);
  // Where the field is absent, it is one.
  const wanted = statefulSet === undefined ? 0 : (statefulSet.spec?.replicas ?? 1);
  return Array.from({ length: wanted }, (_, ordinal) => replica(items, replicaName(ordinal)));
}

function replica(items: readonly Item[], podName: string): Replica {
  const pod = find(items, "Pod", namespace, podName);
  const lives = pod !== undefined && stateOf(pod) !== "Terminating";
  const [node, ip] = lives ? [plain(pod.spec?.nodeName), plain(pod.status?.podIP)] : [];
  const addresses = [ip, lives ? secondInterfaceOf(pod).address : undefined, clusterIpOf(items, namespace, podName)];
  return {
    name: podName,
    ...(node === undefined ? {} : { node }),
    ...(ip === undefined ? {} : { ip }),
    addresses: addresses.flatMap((address) => address ?? []),
  };
}

/** What there is of the replicas, for a person; nothing where none are to be. */
export function describeReplicas(items: readonly Item[]): string {
  const pods = replicasIn(items).map((one) => [one.name, find(items, "Pod", namespace, one.name)] as const);
  const there = pods.flatMap(([, pod]) => pod ?? []);
  const missing = pods.filter(([, pod]) => pod === undefined).map(([podName]) => podName);
  if (pods.length === 0) return "";
  return `; replicas: ${listed(there)}${missing.length === 0 ? "" : `; not there: ${missing.join(", ")}`}`;
}
