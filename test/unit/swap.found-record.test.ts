import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { flannelResidue } from "../../components/cni/flannel/residue";
import { owns } from "../../components/cni/swap/audit";
import type { Fact, FactKind } from "../../components/cni/swap/fingerprint";
import { withoutOwn } from "../../components/cni/swap/found-record";
import type { Residue } from "../../components/cni/swap/residue";
import { weaveResidue } from "../../components/cni/weave/residue";

/** Lines of a fingerprint, as nodes with one CNI or the other print them, among them ones that only look like a CNI's. */
const lines = `
link	lo	-	-
link	eth0	-	-
link	cni0	-	-
link	cni01	-	-
link	flannel.1	-	-
link	flannelx	-	-
link	veth7a	cni0	cni-1
link	veth7b	docker0	cni-2
link	weave	-	-
link	vethwepl12	weave	cni-3
link	vxlan-6784	-	-
link	datapath	-	-
address	10.244.1.1/24 on cni0
address	10.244.1.0/32 on flannel.1
address	10.32.0.1/12 on weave
address	192.0.2.7/24 on eth0
route	default via 192.0.2.1 dev eth0
route	10.244.1.0/24 dev cni0 proto kernel scope link src 10.244.1.1
route	10.244.2.0/24 via 10.244.2.0 dev flannel.1 onlink
route	10.244.2.0/24 via 192.0.2.8 dev eth0
route	10.250.0.0/24 via 192.0.2.8 dev eth0
route	10.32.0.0/12 dev weave proto kernel scope link src 10.32.0.1
chain	filter FLANNEL-FWD
chain	nat FLANNEL-POSTRTG
chain	filter MYFLANNEL-FWD
chain	filter WEAVE-NPC
chain	filter KUBE-FORWARD
rule	filter FLANNEL-FWD -s 10.244.0.0/16 -m comment --comment "flanneld forward" -j ACCEPT
rule	filter FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD
rule	filter FORWARD -j MYFLANNEL-FWD
rule	filter FORWARD -o weave -j ACCEPT
rule	filter INPUT -d 127.0.0.1/32 -p tcp -m tcp --dport 6784 -m addrtype ! --src-type LOCAL -m comment --comment "Block non-local access to Weave Net control port" -j DROP
rule	nat POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG
rule	nat POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
ipset	weave-k?Z;25^M}|1s7P3|H9i;*;MhG
ipset	KUBE-CLUSTER-IP
file	/etc/cni/net.d/10-flannel.conflist
file	/etc/cni/net.d/10-flannel.conflist.bak
file	/etc/cni/net.d/10-weave.conflist
file	/opt/cni/bin/flannel
file	/opt/cni/bin/bridge
file	/opt/cni/bin/weave-plugin-2.6.5
file	/var/lib/cni/results/cbr0-1a-eth0
file	/var/lib/cni/networks/cbr0/10.244.1.2
file	/var/lib/cni/networks/other/10.1.1.2
folder	/run/flannel
folder	/run/flannelled
folder	/var/lib/cni/networks/cbr0
folder	/var/lib/weave
folder	/var/lib/kubelet
annotation	flannel.alpha.coreos.com/public-ip
annotation	kubeadm.alpha.kubernetes.io/cri-socket
`
  .trim()
  .split("\n");

function factOf(line: string): Fact {
  const [kind = "", name = "", master, peer] = line.split("\t");
  const given = (text: string | undefined) => (text === "-" ? undefined : text);
  return { kind: kind as FactKind, name, master: given(master), peer: given(peer) };
}

test.each([
  ["flannel", flannelResidue("10.244.0.0/16")],
  ["weave", weaveResidue("10.32.0.0/12")],
] as [string, Residue][])(
  "what a node had before it had %s is all that the audit does not say is its own",
  (_, residue) => {
    const facts = lines.map(factOf);
    // A machine whose LAN's link was there before, as the audit asks for host-gw's routes.
    const before = facts.filter(({ name }) => name === "eth0");
    const foreign = lines.filter((_, i) => !owns(residue, facts[i] as Fact, { before, now: facts }));
    const kept = execFileSync("sh", ["-euc", withoutOwn(residue)], {
      input: `${lines.join("\n")}\n`,
      encoding: "utf8",
    });
    expect(kept.trimEnd().split("\n")).toEqual(foreign);
    expect(foreign.length).toBeLessThan(lines.length - 10);
  },
);
