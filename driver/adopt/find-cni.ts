import type { FoundCni } from "../../components/cni/found";
import { type CniId, cnis, definitionOf } from "../../components/cni/registry";
import { literal } from "../../lib/literal";
import type { AnyObject, ClusterObjects } from "./cluster-objects";
import { objectsOf } from "./found-objects";

/** What a cluster's pods get their network from. */
export type CniOfCluster =
  /** One of the lab's, that somebody has installed. */
  | { readonly is: "found"; readonly found: FoundCni }
  /** One that the lab does not know, or not in this form: by its name, with where it was seen. */
  | { readonly is: "other"; readonly name: string; readonly seen: string }
  | { readonly is: "none" };

/** CNIs that the lab has nothing for, each by the image of its pods. */
const others: readonly (readonly [image: RegExp, name: string])[] = [
  [/calico\/node|calico-node/, "Calico"],
  [/(^|\/)cilium(-ci)?([:@]|$)/, "Cilium"],
  [/antrea-(agent|ubuntu)/, "Antrea"],
  [/(^|\/)kube-router([:@]|$)/, "kube-router"],
  [/(^|\/)kube-ovn([:@]|$)/, "Kube-OVN"],
  [/ovn-kube/, "OVN-Kubernetes"],
  [/amazon-k8s-cni/, "the Amazon VPC CNI"],
  [/azure-cn[is]/, "Azure CNI"],
  [/(^|\/)netd([:@]|$)/, "the CNI of GKE"],
  [/(^|\/)kindnetd([:@]|$)/, "kindnet"],
];

/** Finds it by what runs on all nodes, whatever the names and the labels of the objects are. */
export function findCni(cluster: ClusterObjects): CniOfCluster {
  const daemonSets = cluster.of("DaemonSet");
  const other = daemonSets.flatMap((daemonSet) => {
    const known = others.find(([image]) => imagesOf(daemonSet).some((each) => image.test(each)));
    return known === undefined ? [] : [{ is: "other" as const, name: known[1], seen: where(daemonSet) }];
  })[0];
  if (other !== undefined) {
    return other;
  }
  for (const { id, residue, podNetwork } of cnis) {
    const { living } = residue(podNetwork.default);
    const isIts = new RegExp(`(^|[/-])(${living.images.map(literal).join("|")})(:|@|$)`);
    const daemonSet = daemonSets.find((each) => imagesOf(each).some((image) => isIts.test(image)));
    const found = daemonSet === undefined ? undefined : describe(id, daemonSet, cluster);
    if (found !== undefined) {
      return found;
    }
  }
  return { is: "none" };
}

function describe(cni: CniId, daemonSet: AnyObject, cluster: ClusterObjects): CniOfCluster {
  const { name, namespace = "" } = daemonSet.metadata;
  const told = cni === "flannel" ? flannelOf(daemonSet, cluster) : weaveOf(daemonSet);
  if (told === undefined) {
    const { title } = definitionOf(cni);
    return { is: "other", name: `${title} in a form that the lab does not know`, seen: where(daemonSet) };
  }
  const objects = objectsOf(daemonSet, cluster);
  return { is: "found", found: { cni, ...told, daemonSet: { namespace, name }, objects } };
}

type Told = Pick<FoundCni, "network" | "conflist" | "networkName">;

/** Flannel keeps its network and its conflist in a ConfigMap; an init container copies the latter onto the node. */
function flannelOf(daemonSet: AnyObject, cluster: ClusterObjects): Told | undefined {
  const pod = daemonSet.spec?.template?.spec ?? {};
  const maps = (pod.volumes ?? []).flatMap(
    ({ configMap }: { configMap?: { name?: string } }) =>
      cluster.find("ConfigMap", configMap?.name ?? "", daemonSet.metadata.namespace) ?? [],
  );
  const data: Record<string, string> = Object.assign({}, ...maps.map((map: AnyObject) => map.data ?? {}));
  const network = parse(data["net-conf.json"])?.Network;
  const networkName = parse(data["cni-conf.json"])?.name;
  const words: string[] = [...(pod.initContainers ?? []), ...(pod.containers ?? [])].flatMap(
    ({ command = [], args = [] }: { command?: string[]; args?: string[] }) => [...command, ...args],
  );
  const conflist = words.flatMap((word) => /\/net\.d\/([^/\s]+\.conflist)/.exec(word)?.[1] ?? [])[0];
  return typeof network === "string" && typeof networkName === "string" && conflist !== undefined
    ? { network, networkName, conflist }
    : undefined;
}

/** Weave takes its network from a variable, or its usual one; its conflist is written by its own program. */
function weaveOf(daemonSet: AnyObject): Told {
  const { podNetwork, residue } = definitionOf("weave");
  const containers: { env?: { name: string; value?: string }[] }[] = daemonSet.spec?.template?.spec?.containers ?? [];
  const range = containers.flatMap(({ env = [] }) => env.find(({ name }) => name === "IPALLOC_RANGE")?.value ?? [])[0];
  const network = range ?? podNetwork.default;
  const { conflist, networkName } = residue(network);
  return { network, conflist, networkName };
}

// biome-ignore lint/suspicious/noExplicitAny: whatever somebody has written there
function parse(text: string | undefined): any {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

function imagesOf(daemonSet: AnyObject): string[] {
  const containers: { image?: string }[] = daemonSet.spec?.template?.spec?.containers ?? [];
  return containers.flatMap(({ image }) => image ?? []);
}

const where = ({ metadata }: AnyObject): string => `DaemonSet ${metadata.namespace}/${metadata.name}`;
