import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { flannelResidue } from "../../components/cni/flannel/residue";
import { flannelEtcdResidue } from "../../components/cni/flannel-etcd/residue";
import { companyOf } from "../../components/cni/registry";
import { arriveScript } from "../../components/cni/swap/arrive-script";
import { cleanScript } from "../../components/cni/swap/clean-script";
import type { Residue } from "../../components/cni/swap/residue";
import { weaveResidue } from "../../components/cni/weave/residue";
import { quoteWord } from "../../lib/shell";

export const flannel = flannelResidue("10.244.0.0/16");
export const weave = weaveResidue("10.32.0.0/12");
export const flannelEtcd = flannelEtcdResidue("80.0.0.0/8");

/** What a node has of its own, and of containers on a third network. */
const node = `
for at in /run /etc/cni /etc/default /etc/systemd/system /var/lib /opt; do mkdir -p $at; mount -t tmpfs none $at; done
mkdir -p /etc/cni/net.d /etc/systemd/system/multi-user.target.wants /opt/cni/bin /var/lib/cni/results /var/lib/cni/networks/macvlan
touch /var/lib/cni/results/macvlan-c-net1 /var/lib/cni/networks/macvlan/10.10.20.10 /opt/cni/bin/bridge
ip link set lo up
ip link add eth1 type veth peer name lan
ip link set eth1 up
ip link set lan up
ip address add 172.28.1.11/24 dev eth1
iptables -N KUBE-FORWARD
iptables -A FORWARD -j KUBE-FORWARD
for chain in CNI-HOSTPORT-DNAT CNI-HOSTPORT-SETMARK CNI-HOSTPORT-MASQ; do iptables -t nat -N $chain; done
iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
iptables -t nat -A OUTPUT -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
iptables -t nat -A POSTROUTING -j CNI-HOSTPORT-MASQ
host_port() {
  iptables -t nat -N CNI-DN-$2
  iptables -t nat -A CNI-DN-$2 -p tcp -j CNI-HOSTPORT-SETMARK
  iptables -t nat -A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"$1\\" id: \\"$2\\"" -j CNI-DN-$2
}
host_port macvlan c0ffee`;

/** What each CNI makes there, as seen on living nodes. */
export const makes: Record<string, string> = {
  flannel: `
echo '{"name":"cbr0"}' >/etc/cni/net.d/10-flannel.conflist
mkdir -p /run/flannel /var/lib/cni/flannel /var/lib/cni/networks/cbr0
touch /run/flannel/subnet.env /var/lib/cni/flannel/a /var/lib/cni/networks/cbr0/10.244.0.2
touch /var/lib/cni/results/cbr0-a-eth0 /opt/cni/bin/flannel
ip link add cni0 type bridge
ip link add veth3d31910b type veth peer name pod-a
ip link set veth3d31910b master cni0
ip link add flannel.1 type vxlan id 1 dev eth1 dstport 8472
ip route add 10.244.2.0/24 via 172.28.1.12 dev eth1
iptables -N FLANNEL-FWD
iptables -A FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD
iptables -A FLANNEL-FWD -s 10.244.0.0/16 -j ACCEPT
iptables -t nat -N FLANNEL-POSTRTG
iptables -t nat -A POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG
host_port cbr0 aaaa`,
  "flannel-etcd": `
echo '{"name":"flannel-etcd"}' >/etc/cni/net.d/10-flannel-etcd.conflist
mkdir -p /run/flannel /opt/flannel /var/lib/cni/networks/flannel-etcd
touch /run/flannel/subnet.env /opt/flannel/flanneld /var/lib/cni/networks/flannel-etcd/80.9.0.2
touch /var/lib/cni/results/flannel-etcd-a-eth0 /etc/default/flanneld
ln -s ../flanneld.service /etc/systemd/system/multi-user.target.wants/flanneld.service
ip link add cni0 type bridge
ip link add veth3d31910b type veth peer name pod-a
ip link set veth3d31910b master cni0
ip link add flannel.1 type vxlan id 1 dev eth1 dstport 8472
iptables -N FLANNEL-FWD
iptables -A FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD
iptables -t nat -N FLANNEL-POSTRTG
iptables -t nat -A POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG
host_port flannel-etcd aaaa`,
  weave: `
echo '{"name":"weave"}' >/etc/cni/net.d/10-weave.conflist
mkdir -p /var/lib/weave
touch /var/lib/weave/weave-netdata.db /var/lib/cni/results/weave-b-eth0
touch /opt/cni/bin/weave-net /opt/cni/bin/weave-ipam /opt/cni/bin/weave-plugin-2.6.5
ip link add weave type bridge
ip link add vethwepl39de00c type veth peer name pod-b
ip link set vethwepl39de00c master weave
ip link add vethwe-bridge type veth peer name vethwe-pcap
ip address add 10.32.0.1/12 dev weave
iptables -N WEAVE-EXPOSE
iptables -t nat -N WEAVE
iptables -t nat -A POSTROUTING -j WEAVE
iptables -A FORWARD -i weave -o weave -j ACCEPT
iptables -A FORWARD -o weave -j WEAVE-EXPOSE
iptables -A FORWARD -i weave ! -o weave -j ACCEPT
iptables -A FORWARD -o weave -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
iptables -A INPUT -d 127.0.0.1/32 -p tcp --dport 6784 -m addrtype ! --src-type LOCAL -m comment --comment "Block non-local access to Weave Net control port" -j DROP
host_port weave bbbb`,
};

const fingerprint = `
fingerprint() {
  ip -o link | awk '{ print $2 }' | sort
  ip -4 route
  iptables-save | grep -e ^- -e '^:.* -' | sed 's/ \\[.*//' | sort
  find /etc/cni/net.d /etc/default /etc/systemd/system /var/lib /opt /run/flannel -mindepth 1 ! -path '/var/lib/cni-lab*' -printf '%p -> %l\\n' 2>/dev/null | sed 's/ -> $//' | sort
}`;

/** A DaemonSet as the cluster tells it. */
export const daemonSet = (namespace: string, name: string, metadata: object = {}) => ({
  kind: "DaemonSet",
  metadata: { namespace, name, ...metadata },
});

/** The CNI's DaemonSet as this lab makes it. */
const ownDaemonSet = ({ cni, daemonSet: own }: Residue, network: string) =>
  daemonSet(own?.namespace ?? "", own?.name ?? "", {
    labels: { "cni-lab/cni": cni },
    annotations: { "cni-lab/network": network },
  });

const podAt = (podIP: string, nodeName = "n2") => ({
  kind: "Pod",
  metadata: { namespace: "a", name: "b", uid: "u", ownerReferences: [{ kind: "ReplicaSet", controller: true }] },
  spec: { nodeName },
  status: { phase: "Running", podIP },
});

/** What the API tells of the nodes; one asked by its name is n1. */
const n1 = {
  metadata: { name: "n1", annotations: { "flannel.alpha.coreos.com/public-ip": "1", other: "x" } },
  spec: { podCIDRs: ["10.244.1.0/24"] },
};
const nodes = { items: [n1, { metadata: { name: "n2" }, spec: { podCIDRs: ["10.244.2.0/24", "fd00:2::/64"] } }] };

/** What runs around a clean-up on the node n1. */
export interface Scene {
  /** What the machine has before any CNI. @default nothing of its own */
  readonly before?: string;
  /** Whether the CNI comes, by its script, before it makes anything. @default true */
  readonly comes?: boolean;
  /** What else makes things on the node, before the CNI does. @default nothing */
  readonly others?: string;
  /** What happens on the node before it is cleaned. @default nothing */
  readonly afterwards?: string;
  readonly desired: string;
  /** What the cluster is to have from the second time on that somebody asks. @default the same */
  readonly desiredLater?: string;
  /** The network of the CNI's DaemonSet, which is still there. @default it is gone */
  readonly living?: string;
  /** The address of a pod. @default there is no pod */
  readonly pod?: string;
  /** The node of that pod. @default "n2" */
  readonly podNode?: string;
  /** What else there is in the cluster. @default nothing */
  readonly objects?: readonly object[];
  /** What the cluster says besides the CNI that it is to have. */
  readonly undone?: Readonly<Record<string, string>>;
}

/**
 * The state of the node before the CNI, after each of two clean-ups; what was asked of kubectl and systemctl, and said.
 *
 * @throws Error with what was said where a clean-up fails.
 */
export async function cleanUp(residue: Residue, scene: Scene) {
  const { before, first, second, calls, said, failed } = await runCleanUps(residue, scene);
  if (failed) {
    throw new Error(said);
  }
  return { before, first, second, calls, said };
}

/** What a clean-up says that fails, and whether anything is another thing on the node for it. */
export async function refusal(residue: Residue, scene: Scene) {
  const { made, first, second, calls, said, failed } = await runCleanUps(residue, scene);
  return { failed, changed: made !== first || made !== second, asked: calls.match(/ (delete|annotate) .*/g), said };
}

function runCleanUps(residue: Residue, scene: Scene) {
  const { desired, desiredLater = desired, living, comes = true, objects = [], undone = {} } = scene;
  return inFolder(async (folder, tool) => {
    const wish = (cni: string) => ({
      kind: "ConfigMap",
      metadata: { namespace: "kube-system", name: "cni-lab-cni" },
      data: { cni, ...undone },
    });
    const json = (value: unknown) => quoteWord(JSON.stringify(value));
    const pods = scene.pod === undefined ? [] : [podAt(scene.pod, scene.podNode)];
    tool(
      "kubectl",
      `case "$*" in
      *"get configmaps,daemonsets,pods"*)
        wish=${json(wish(desired))}
        [ ! -e ${folder}/asked ] || wish=${json(wish(desiredLater))}
        touch ${folder}/asked
        daemonsets=${json(living === undefined ? [] : [ownDaemonSet(residue, living)])}
        [ ! -e ${folder}/deleted ] || daemonsets='[]'
        pods=${json(pods)}
        [ ! -e ${folder}/gone ] || pods='[]'
        jq -n --argjson wish "$wish" --argjson daemonsets "$daemonsets" --argjson pods "$pods" \
          --argjson others ${json(objects)} '{ items: ([$wish] + $daemonsets + $pods + $others) }' ;;
      *"delete daemonset "*) touch ${folder}/deleted ;;
      *"get pods --all-namespaces"*)
        if [ -e ${folder}/gone ]; then echo '{"items":[]}'; else printf '%s' ${json({ items: pods })}; fi ;;
      *"delete pod "*) touch ${folder}/gone ;;
      *"get nodes "*) printf '%s' ${json(nodes)} ;;
      *"get node "*) printf '%s' ${json(n1)} ;;
      *get*) echo '{"items":[]}' ;;
    esac`,
    );
    writeFileSync(join(folder, "arrive.sh"), arriveScript(residue, companyOf(residue.cni)));
    writeFileSync(join(folder, "clean.sh"), cleanScript(residue, { pods: 5, processes: 0, strays: 120 }));
    const run = (name: string) => `echo kubeconfig | sh -euc "$(cat ${folder}/${name}.sh)" sh n1`;
    await inNode(
      folder,
      `${fingerprint}
${scene.before ?? ""}
${comes ? run("arrive") : ""}
${scene.others ?? ""}
fingerprint >${folder}/before
${makes[residue.cni]}
! fingerprint | cmp -s - ${folder}/before
${scene.afterwards ?? ""}
fingerprint >${folder}/made
for run in first second; do
  ${run("clean")} 2>>${folder}/said || touch ${folder}/failed
  fingerprint >${folder}/$run
done`,
    );
    const read = (name: string) => readFileSync(join(folder, name), "utf8");
    return {
      ...{ before: read("before"), made: read("made"), first: read("first"), second: read("second") },
      ...{ calls: read("calls"), said: read("said"), failed: existsSync(join(folder, "failed")) },
    };
  });
}

/** What a CNI says that comes to a node with these conflists: nothing where it may. */
export function arrive(
  residue: Residue,
  conflists: Readonly<Record<string, string>>,
  { chosen, before = "" }: { readonly chosen?: string; readonly before?: string } = {},
): Promise<string> {
  return inFolder(async (folder, tool) => {
    tool("kubectl", "echo '{}'");
    const files = Object.entries(conflists).map(
      ([name, network]) => `echo '{"name":"${network}"}' >/etc/cni/net.d/${name}`,
    );
    const link = chosen === undefined ? ":" : `ln -s ${chosen} /etc/cni/net.d/05-cni-lab.conflist`;
    writeFileSync(join(folder, "arrive.sh"), arriveScript(residue, companyOf(residue.cni)));
    const run = `echo kubeconfig | sh -euc "$(cat ${folder}/arrive.sh)" sh n1 2>&1 || true`;
    return inNode(folder, [before, ...files, link, run].join("\n"));
  });
}

/** Gives a folder that is in the PATH of nodes, and a way to put a program there that notes its calls. */
async function inFolder<T>(work: (folder: string, tool: (name: string, text: string) => void) => Promise<T>) {
  const folder = mkdtempSync(join(tmpdir(), "cni-lab-node-"));
  const tool = (name: string, text: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\necho "${name} $*" >>${folder}/calls\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  // What scripts need on a node and a machine for tests may lack.
  for (const name of ["conntrack", "systemctl"]) tool(name, "");
  try {
    return await work(folder, tool);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs a script on a node, which is a network namespace with folders of its own; gives what it prints. */
async function inNode(folder: string, script: string): Promise<string> {
  const env = { PATH: `${folder}:/usr/sbin:/sbin:${process.env.PATH}` };
  const { stdout } = await execa("unshare", ["--net", "--mount", "sh", "-euc", `${node}\n${script}`], { env });
  return stdout;
}
