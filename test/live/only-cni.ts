import { execa } from "execa";
import { conflistFolder, cordonMark, desiredCni } from "../../components/lib/swap/names";
import { flannelResidue, type Residue, weaveResidue } from "../../components/lib/swap/residue";
import type { LabUnderTest } from "./lab";

const residues = { flannel: flannelResidue("10.244.0.0/16"), weave: weaveResidue("10.32.0.0/12") };
const networks = { flannel: /^10\.244\./, weave: /^10\.(3[2-9]|4[0-7])\./ };

/** A CNI that a swap comes from or leads to. */
export type Swappable = keyof typeof residues;

/** What a cluster holds besides one CNI: of the other one, of swaps, of updates that were cut short. Nothing, in order. */
export async function besides(lab: Pick<LabUnderTest, "stack" | "get">, cni: Swappable): Promise<string[]> {
  const other = residues[cni === "flannel" ? "weave" : "flannel"];
  const { items: nodes } = await lab.get("nodes");
  const names: string[] = nodes.map((node: Named) => node.metadata.name);
  const onNodes = names.map((name) => nodeHolds(`cni-lab-${lab.stack}-${name}`, residues[cni], other));
  return [
    ...nodes.flatMap((node: Node) => nodeIs(node, other)),
    ...(await podsHold(lab, cni)),
    ...(await objects(lab, cni, other)),
    ...(await Promise.all(onNodes)).flat(),
  ];
}

interface Named {
  readonly metadata: { readonly name: string; readonly namespace: string; annotations?: Record<string, string> };
}

interface Node extends Named {
  readonly spec: { readonly unschedulable?: boolean };
  readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
}

interface Pod extends Named {
  readonly spec: { readonly hostNetwork?: boolean };
  readonly status: { readonly podIP?: string; readonly conditions?: Node["status"]["conditions"] };
}

const isReady = ({ status }: Pick<Node | Pod, "status">) =>
  status.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") === true;

function nodeIs(node: Node, other: Residue): string[] {
  const { name, annotations = {} } = node.metadata;
  const odd = Object.keys(annotations).filter(
    (key) => key === cordonMark || other.nodeAnnotations.some((beginning) => key.startsWith(beginning)),
  );
  return [
    ...(isReady(node) ? [] : [`${name} is not Ready`]),
    ...(node.spec.unschedulable === true ? [`${name} is cordoned`] : []),
    ...odd.map((key) => `${name} has the annotation ${key}`),
  ];
}

async function podsHold(lab: Pick<LabUnderTest, "get">, cni: Swappable): Promise<string[]> {
  const { items } = await lab.get("pods", "-A");
  return items.flatMap((pod: Pod) => {
    const { podIP = "no address" } = pod.status;
    const foreign = pod.spec.hostNetwork !== true && !networks[cni].test(podIP);
    return [
      ...(foreign ? [`${pod.metadata.name} has ${podIP}`] : []),
      ...(isReady(pod) ? [] : [`${pod.metadata.name} is not Ready`]),
    ];
  });
}

async function objects(lab: Pick<LabUnderTest, "get">, cni: Swappable, other: Residue): Promise<string[]> {
  const label = `app.kubernetes.io/name=${other.daemonSet.appLabel}`;
  const kinds =
    "daemonsets,pods,configmaps,secrets,serviceaccounts,roles,rolebindings,clusterroles,clusterrolebindings";
  const { items } = await lab.get(`${kinds},namespaces`, "-A", "-l", label);
  const desired = await lab.get("configmap", "-n", desiredCni.namespace, desiredCni.name);
  const wanted = desired.data[desiredCni.key];
  return [
    ...items.map(({ kind, metadata }: Named & { kind: string }) => `there is ${kind} ${metadata.name}`),
    ...(wanted === cni ? [] : [`the cluster is to have ${wanted}`]),
  ];
}

/** Lists what there should not be, one a line. */
async function nodeHolds(container: string, own: Residue, other: Residue): Promise<string[]> {
  const script = `
ls ${conflistFolder} | grep -vx ${own.conflist} | sed 's/^/conflist /'
ip -o link show | awk -F': ' '{ sub(/@.*/, "", $2); print $2 }' | while read -r link; do
  case $link in ${other.links.join(" | ")}) echo "link $link" ;; esac
done
ip -4 route show root ${other.routesInside} | sed 's/^/route /'
for path in ${[...other.folders, ...other.binaries.map((name) => `/opt/cni/bin/${name}`)].join(" ")} /var/lib/cni/results/${other.networkName}-* /var/lib/cni/networks/${other.networkName} /run/cni-lab-swap.kubeconfig; do
  if [ -e "$path" ]; then echo "file $path"; fi
done
${other.chains.map(({ table, name }) => `iptables -w 30 -t ${table} -S | grep -e '^-N ${name.replace("*", "")}' -e '-[jg] ${name.replace("*", "")}' || true`).join("\n")}
${other.rules.map(({ table, chain, holding }) => `iptables -w 30 -t ${table} -S ${chain} | grep -e '${holding}' || true`).join("\n")}
iptables -w 30 -t nat -S | grep 'name: .*${other.networkName}' || true
${other.ipsets.length === 0 ? "" : `ipset list -n 2>/dev/null | grep -e '^${other.ipsets.join("' -e '^").replaceAll("*", "")}' | sed 's/^/ipset /' || true`}
flock -n /run/cni-lab-swap.lock true || echo "a script of a swap that still runs"`;
  const { stdout } = await execa("podman", ["exec", container, "sh", "-c", script]);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => `${container}: ${line}`);
}
