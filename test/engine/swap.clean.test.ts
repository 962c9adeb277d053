import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { quoteWord } from "../../components/lib/shell";
import { arriveScript, cleanScript } from "../../components/lib/swap/clean-script";
import { flannelEtcdResidue, flannelResidue, type Residue, weaveResidue } from "../../components/lib/swap/residue";

/** The real script with the real ip and iptables, in namespaces of its own; kubectl is a stand-in. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cni-lab-clean-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const flannel = flannelResidue("10.244.0.0/16");
const weave = weaveResidue("10.32.0.0/12");
const flannelEtcd = flannelEtcdResidue("80.0.0.0/8");

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
const makes: Record<string, string> = {
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
  find /etc/cni/net.d /etc/default /etc/systemd/system /var/lib /opt /run/flannel -mindepth 1 -printf '%p -> %l\\n' 2>/dev/null | sed 's/ -> $//' | sort
}`;

const daemonSet = ({ cni }: Residue, network: string) =>
  JSON.stringify({
    kind: "DaemonSet",
    metadata: { labels: { "cni-lab/cni": cni }, annotations: { "cni-lab/network": network } },
  });
const podAt = (podIP: string, nodeName = "n2") =>
  JSON.stringify({
    kind: "Pod",
    metadata: { namespace: "a", name: "b", uid: "u", ownerReferences: [{ kind: "ReplicaSet", controller: true }] },
    spec: { nodeName },
    status: { phase: "Running", podIP },
  });

/** What runs around a clean-up. */
interface Scene {
  /** What else makes things on the node. */
  readonly others: string;
  readonly desired: string;
  /** What the cluster is to have from the second time on that somebody asks. @default the same */
  readonly desiredLater?: string;
  /** The network of the CNI's DaemonSet, which is still there. @default it is gone */
  readonly living?: string;
  /** The address of a pod. @default there is no pod */
  readonly pod?: string;
  /** The node of that pod. @default "n2" */
  readonly podNode?: string;
  /** What the cluster says besides the CNI that it is to have. */
  readonly undone?: Readonly<Record<string, string>>;
}

/** The state of the node before the CNI, after each of two clean-ups, and what kubectl and systemctl were asked. */
function cleanUp(residue: Residue, scene: Scene) {
  const { others, desired, desiredLater = desired, living, podNode, undone = {} } = scene;
  const pod = scene.pod === undefined ? "" : podAt(scene.pod, podNode);
  const tool = (name: string, text: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\necho "${name} $*" >>${folder}/calls\n${text}`);
    chmodSync(join(folder, name), 0o755);
  };
  tool("systemctl", "");
  tool(
    "kubectl",
    `case "$*" in
      *"get configmaps,daemonsets,pods"*)
        asked=$(cat ${folder}/asked 2>/dev/null || echo 0)
        echo $((asked + 1)) >${folder}/asked
        desired=${desired}
        [ $asked = 0 ] || desired=${desiredLater}
        daemonsets=${quoteWord(living === undefined ? "" : daemonSet(residue, living))}
        [ ! -e ${folder}/deleted ] || daemonsets=
        pod=${quoteWord(pod)}
        [ ! -e ${folder}/gone ] || pod=
        jq -n --arg desired $desired --slurpfile daemonsets /dev/fd/3 --slurpfile pods /dev/fd/4 '{ items: ([{
          kind: "ConfigMap", metadata: { namespace: "kube-system", name: "cni-lab-cni" }, data: ({ cni: $desired } + ${JSON.stringify(undone)}) }]
          + $daemonsets + $pods) }' 3<<D 4<<P
$daemonsets
D
$pod
P
        ;;
      *"delete daemonset "*) touch ${folder}/deleted ;;
      *"get pods --all-namespaces"*)
        if [ -e ${folder}/gone ]; then echo '{"items":[]}'; else echo '{"items":[${pod}]}'; fi ;;
      *"delete pod "*) touch ${folder}/gone ;;
      *"get node"*) echo '{"metadata":{"annotations":{"flannel.alpha.coreos.com/public-ip":"1","other":"x"}}}' ;;
      *get*) echo '{"items":[]}' ;;
    esac`,
  );
  const clean = join(folder, "clean.sh");
  writeFileSync(clean, cleanScript(residue));
  const script = `${node}\n${fingerprint}\n${others}
fingerprint >${folder}/before
${makes[residue.cni]}
! fingerprint | cmp -s - ${folder}/before
for run in first second; do
  echo kubeconfig | sh -euc "$(cat ${clean})" sh n1
  fingerprint >${folder}/$run
done`;
  execFileSync("unshare", ["--net", "--mount", "sh", "-euc", script], {
    env: { ...process.env, PATH: `${folder}:/usr/sbin:/sbin:${process.env.PATH}` },
    stdio: "pipe",
  });
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  return { before: read("before"), first: read("first"), second: read("second"), calls: read("calls") };
}

describe("the clean-up after a CNI", () => {
  it.each([
    [flannel, weave],
    [weave, flannel],
  ])(
    "leaves a node as it was before $cni came, with the other one's things and live containers' on it",
    (own, other) => {
      const { before, first, second, calls } = cleanUp(own, { others: makes[other.cni] ?? "", desired: other.cni });
      expect(first).toBe(before);
      expect(second).toBe(before);
      expect(calls).not.toContain("systemctl");
    },
  );

  it.each([[flannel], [weave], [flannelEtcd]])(
    "leaves nothing of $cni where no CNI follows, and restarts the kubelet",
    (own) => {
      const { before, first, second, calls } = cleanUp(own, { others: "", desired: "none" });
      expect(first).toBe(before);
      expect(second).toBe(before);
      expect(calls).toContain("systemctl restart kubelet");
    },
  );

  it("takes flannel's annotations off the node, and only those; and Weave's list of peers out of the cluster", () => {
    const { calls } = cleanUp(flannel, { others: "", desired: "weave" });
    expect(calls).toMatch(/annotate node n1 flannel.alpha.coreos.com\/public-ip-\n/);
    expect(cleanUp(weave, { others: "", desired: "none" }).calls).toContain(
      "delete configmap weave-net --namespace kube-system --ignore-not-found",
    );
  });

  it("goes on with the other conflist where the node was told to stay with this one", () => {
    const held = `${makes.weave}\nln -s 10-flannel.conflist /etc/cni/net.d/05-cni-lab.conflist`;
    const { first } = cleanUp(flannel, { others: held, desired: "weave" });
    expect(first.match(/^\/etc\/cni\/net.d\/.*/gm)).toEqual([
      "/etc/cni/net.d/05-cni-lab.conflist -> 10-weave.conflist",
      "/etc/cni/net.d/10-weave.conflist",
    ]);
  });

  it("deletes a DaemonSet that was left by an update that was cut short, where no pod uses it", () => {
    const scene = { others: makes.weave ?? "", desired: "weave", living: "10.244.0.0/16", pod: "10.32.0.5" };
    const { before, first, calls } = cleanUp(flannel, scene);
    expect(first).toBe(before);
    expect(calls).toContain("delete daemonset kube-flannel-ds --namespace kube-flannel --ignore-not-found");
  });

  it("leaves a DaemonSet whose network a pod uses, and names the pod and the mend", () => {
    const scene = { others: makes.weave ?? "", desired: "weave", living: "10.244.0.0/16", pod: "10.244.1.5" };
    expect(() => cleanUp(flannel, scene)).toThrow(
      "n1: flannel can't be cleaned away: these pods use it; run kubectl delete daemonset --namespace kube-flannel kube-flannel-ds, which cuts them off: a/b",
    );
  });

  it("removes nothing where nodes are not to be cleaned, and recreates each pod of the node once", () => {
    const scene = { others: makes.weave ?? "", desired: "weave", undone: { nodeCleanup: "off" } };
    const { first, second, calls } = cleanUp(flannel, { ...scene, pod: "10.244.1.5", podNode: "n1" });
    for (const state of [first, second]) {
      expect(state).toMatch(/flannel\.1:/);
      expect(state).toContain("/etc/cni/net.d/10-flannel.conflist");
      expect(state).toContain('-A FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD');
    }
    expect(calls.match(/delete pod .*/g)).toEqual(["delete pod --namespace a b --timeout=9s --ignore-not-found"]);
  });

  it("recreates no pod of another node where nodes are not to be cleaned", () => {
    const scene = { others: makes.weave ?? "", desired: "weave", undone: { nodeCleanup: "off" }, pod: "10.244.1.5" };
    expect(cleanUp(flannel, scene).calls).not.toContain("delete pod");
  });

  it("leaves pods alone that are not to be recreated, but cleans the node under them", () => {
    const scene = { others: makes.weave ?? "", desired: "weave", pod: "10.244.1.5", podNode: "n1" };
    const { before, first, calls } = cleanUp(flannel, { ...scene, undone: { recreatePods: "off" } });
    expect(first).toBe(before);
    expect(calls).not.toContain("delete pod");
  });

  it("removes nothing when the CNI is wanted again meanwhile", () => {
    const { before, first } = cleanUp(flannel, {
      others: makes.weave ?? "",
      desired: "weave",
      desiredLater: "flannel",
    });
    expect(before).not.toContain("flannel.1");
    expect(first).toContain("flannel.1");
  });

  it("leaves a service alone that is to stay, and stops one that was left by an update that was cut short", () => {
    const unit = "\ntouch /etc/systemd/system/flanneld.service";
    const stays = cleanUp(flannelEtcd, { others: unit, desired: "flannel-etcd" });
    expect(stays.first).toContain("/opt/flannel/flanneld");
    expect(stays.calls).not.toContain("systemctl");
    const { first, calls } = cleanUp(flannelEtcd, { others: unit, desired: "none" });
    expect(first).not.toMatch(/flannel/);
    expect(calls).toContain("systemctl --quiet disable --now flanneld.service");
  });
});

/** What a CNI says that comes to a node with these conflists: nothing where it may. */
function arrive(residue: Residue, conflists: Readonly<Record<string, string>>, chosen?: string): string {
  writeFileSync(join(folder, "kubectl"), "#!/bin/sh\necho '{}'\n");
  chmodSync(join(folder, "kubectl"), 0o755);
  const files = Object.entries(conflists).map(
    ([name, network]) => `echo '{"name":"${network}"}' >/etc/cni/net.d/${name}`,
  );
  const link = chosen === undefined ? ":" : `ln -s ${chosen} /etc/cni/net.d/05-cni-lab.conflist`;
  const text = join(folder, "arrive.sh");
  writeFileSync(text, arriveScript(residue));
  const script = `${node}\n${files.join("\n")}\n${link}\necho kubeconfig | sh -euc "$(cat ${text})" sh n1 2>&1 || true`;
  return execFileSync("unshare", ["--net", "--mount", "sh", "-euc", script], {
    env: { ...process.env, PATH: `${folder}:/usr/sbin:/sbin:${process.env.PATH}` },
    encoding: "utf8",
  }).trim();
}

describe("a CNI that comes", () => {
  const refused = (cni: string, other: string) =>
    `n1: ${cni} can't come beside ${other}, whose /etc/cni/net.d/10-${other === "cbr0" ? "flannel" : other}.conflist is here: set cni to none first, then to ${cni}`;

  it("is refused beside flannel-etcd, and so is flannel-etcd beside another one", () => {
    expect(arrive(weave, { "10-flannel-etcd.conflist": "flannel-etcd" }, "10-flannel-etcd.conflist")).toBe(
      refused("weave", "flannel-etcd"),
    );
    expect(arrive(flannelEtcd, { "10-weave.conflist": "weave" }, "10-weave.conflist")).toBe(
      refused("flannel-etcd", "weave"),
    );
    expect(arrive(flannelEtcd, { "10-flannel.conflist": "cbr0" })).toBe(refused("flannel-etcd", "cbr0"));
  });

  it("is let in where none is, where it is itself, and beside one that can bear it", () => {
    expect(arrive(flannelEtcd, {})).toBe("");
    expect(arrive(flannelEtcd, { "10-flannel-etcd.conflist": "flannel-etcd" }, "10-flannel-etcd.conflist")).toBe("");
    expect(arrive(flannel, { "10-weave.conflist": "weave" }, "10-weave.conflist")).toBe("");
  });
});
