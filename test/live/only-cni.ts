import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { conflistFolder } from "../../components/cluster/conflist-folder";
import { flannelDaemonSet } from "../../components/cni/flannel/names";
import { flannelResidue } from "../../components/cni/flannel/residue";
import { chosenConflist, cordonMark, desiredCni } from "../../components/cni/swap/names";
import type { PodResidue, Residue } from "../../components/cni/swap/residue";
import { weaveNet } from "../../components/cni/weave/names";
import { weaveResidue } from "../../components/cni/weave/residue";
import { probeNames } from "../../components/probe/probe-names";
import type { LabUnderTest } from "./lab";

/** What each CNI may leave on a node. */
export const residues = { flannel: flannelResidue("10.244.0.0/16"), weave: weaveResidue("10.32.0.0/12") };
/** The addresses of each CNI's pods. */
export const networks = { flannel: /^10\.244\./, weave: /^10\.(3[2-9]|4[0-7])\./ };

/** A CNI that a swap comes from or leads to. */
export type Swappable = keyof typeof residues;

/** The CNI that a swap leads to. */
export const otherThan = (cni: Swappable): Swappable => (cni === "flannel" ? "weave" : "flannel");

/** The label of each one's objects. */
const appLabels = { flannel: flannelDaemonSet.appLabel, weave: weaveNet.appLabel };

/** How the labs are reached. */
type Lab = Pick<LabUnderTest, "stack" | "read">;

/** Seconds in which a cluster comes to rest after an update. */
const settleSeconds = 90;

/**
 * What keeps a cluster from having one CNI and nothing else: of the other one, of swaps, of updates that were cut short,
 * pods without an answer. Nothing, in order; where there is something, what is seen after the cluster had time to settle.
 */
export async function besides(lab: Lab, cni: Swappable): Promise<string[]> {
  const end = Date.now() + settleSeconds * 1_000;
  for (;;) {
    const seen = await lookAround(lab, cni);
    if (seen.length === 0 || Date.now() > end) return seen;
    await sleep(1_000);
  }
}

interface Listed {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: { readonly unschedulable?: boolean; readonly hostNetwork?: boolean };
  readonly status?: {
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
  readonly data?: Readonly<Record<string, string>>;
}

const kinds = [
  ...["nodes", "pods", "daemonsets", "configmaps", "serviceaccounts", "namespaces"],
  ...["roles", "rolebindings", "clusterroles", "clusterrolebindings"],
];

async function lookAround(lab: Lab, cni: Swappable): Promise<string[]> {
  const other = residues[otherThan(cni)];
  const objects = await lab.read("kubectl", "-s", lab.stack, "get", kinds.join(","), "-A", "-o", "json");
  const { items }: { items: Listed[] } = JSON.parse(objects);
  const nodes = items.filter(({ kind }) => kind === "Node");
  const pods = items.filter(({ kind }) => kind === "Pod");
  const inCluster = [
    ...nodes.flatMap((node) => ofNode(node, other)),
    ...pods.flatMap((pod) => ofPod(pod, cni)),
    ...ofObjects(items, cni, other),
  ];
  const onNodes = await Promise.all(
    nodes.map(({ metadata }) => ofMachine(`cni-lab-${lab.stack}-${metadata.name}`, residues[cni], other)),
  );
  const left = [...inCluster, ...onNodes.flat()];
  return left.length > 0 ? left : ofTraffic(lab, pods);
}

const isReady = ({ status }: Listed) =>
  status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") === true;

function ofNode(node: Listed, other: Residue): string[] {
  const { name, annotations = {} } = node.metadata;
  const odd = [cordonMark, ...other.nodeAnnotations];
  return [
    ...(isReady(node) ? [] : [`${name} is not Ready`]),
    ...(node.spec?.unschedulable === true ? [`${name} is cordoned`] : []),
    ...Object.keys(annotations)
      .filter((key) => odd.some((beginning) => key.startsWith(beginning)))
      .map((key) => `${name} has the annotation ${key}`),
  ];
}

function ofPod(pod: Listed, cni: Swappable): string[] {
  const { name } = pod.metadata;
  const address = pod.status?.podIP ?? "no address";
  const foreign = pod.spec?.hostNetwork !== true && !networks[cni].test(address);
  return [...(foreign ? [`${name} has ${address}`] : []), ...(isReady(pod) ? [] : [`${name} is not Ready`])];
}

function ofObjects(items: readonly Listed[], cni: Swappable, { configMaps }: PodResidue): string[] {
  const left = items.filter(
    ({ kind, metadata }) =>
      metadata.labels?.["app.kubernetes.io/name"] === appLabels[otherThan(cni)] ||
      (kind === "ConfigMap" && configMaps.some(({ name, namespace }) => isNamed({ name, namespace }, metadata))),
  );
  const desired = items.find(({ kind, metadata }) => kind === "ConfigMap" && isNamed(desiredCni, metadata));
  const wanted = desired?.data?.[desiredCni.key];
  return [
    ...left.map(({ kind, metadata }) => `there is ${kind} ${metadata.name}`),
    ...(wanted === cni ? [] : [`the cluster is to have ${wanted}`]),
  ];
}

function isNamed({ name, namespace }: { name: string; namespace: string }, metadata: Listed["metadata"]): boolean {
  return metadata.name === name && metadata.namespace === namespace;
}

/** Lists what there should not be on a node, one a line. */
async function ofMachine(container: string, own: Residue, other: Residue): Promise<string[]> {
  const beginning = (name: string) => name.replace(/\*$/, "");
  const paths = [
    ...other.folders,
    ...other.binaries.map((name) => `/opt/cni/bin/${name}`),
    `/var/lib/cni/results/${other.networkName}-*`,
    `/var/lib/cni/networks/${other.networkName}`,
    "/run/cni-lab-swap.kubeconfig",
  ];
  const script = [
    `ls ${conflistFolder} | grep -vx -e ${own.conflist} -e ${chosenConflist}`,
    `for path in ${paths.join(" ")}; do [ ! -e "$path" ] || echo "$path"; done`,
    `for link in $(ip -o link show | awk -F'[:@ ]+' '{ print $2 }'); do`,
    `  case $link in ${other.links.join(" | ")}) echo "link $link" ;; esac`,
    "done",
    `ip -4 route show root ${other.network}`,
    ...other.chains.map(({ table, name }) => `iptables -w 30 -t ${table} -S | grep -e '-[Njg] ${beginning(name)}'`),
    ...other.rules.map(({ table, chain, holding }) => `iptables -w 30 -t ${table} -S ${chain} | grep -e '${holding}'`),
    `iptables -w 30 -t nat -S | grep 'name: .*${other.networkName}'`,
    ...other.ipsets.map((name) => `ipset list -n 2>/dev/null | grep -e '^${beginning(name)}'`),
    "flock -n /run/cni-lab-swap.lock true || echo 'a script of a swap still runs'",
  ];
  const { stdout } = await execa("podman", ["exec", container, "sh", "-c", `${script.join("\n")}\ntrue`]);
  return stdout.split("\n").flatMap((line) => (line === "" ? [] : [`${container}: ${line}`]));
}

/** Every probe pod reaches every other and, by its name, the Service. */
async function ofTraffic(lab: Lab, pods: readonly Listed[]): Promise<string[]> {
  const probes = pods.filter(({ metadata }) => metadata.namespace === probeNames.namespace);
  const ask = probes
    .map(({ status }) => `ping -n -q -c 1 -W 5 ${status?.podIP} >/dev/null || echo "no answer of ${status?.podIP}"`)
    .concat(`curl -sS -f -m 5 -o /dev/null ${probeNames.name}.${probeNames.namespace}:${probeNames.port} 2>&1`);
  const asked = probes.map(async ({ metadata: { name, namespace = "" } }) => {
    const target = ["-n", namespace, name, "-c", probeNames.container];
    const script = `${ask.join("\n")}\ntrue`;
    const said = await lab.read("kubectl", "-s", lab.stack, "exec", ...target, "--", "sh", "-c", script);
    return said.split("\n").flatMap((line) => (line === "" ? [] : [`${name}: ${line}`]));
  });
  return (await Promise.all(asked)).flat();
}
