import { describe, expect, test } from "vitest";
import { flannelResidue } from "../../components/cni/flannel/residue";
import { flannelEtcdResidue } from "../../components/cni/flannel-etcd/residue";
import { isExclusive } from "../../components/cni/registry";
import { multusAddOn } from "../../components/cni/swap/add-ons";
import { auditNode } from "../../components/cni/swap/audit";
import { readListing } from "../../components/cni/swap/fingerprint";
import { swapPlan } from "../../components/cni/swap/plan";
import { weaveResidue } from "../../components/cni/weave/residue";

const flannel = flannelResidue("10.244.0.0/16");
const weave = weaveResidue("10.32.0.0/12");
const flannelEtcd = flannelEtcdResidue("80.0.0.0/8");
const record = (residue: object) => `cni\t${JSON.stringify(residue)}`;

/** What a node printed before its first CNI, in part. */
const bare = [
  "link\teth1\t-\t-",
  "address\t172.28.79.12/24 on eth1",
  "route\t172.28.79.0/24 dev eth1 proto kernel scope link src 172.28.79.12",
  "file\t/opt/cni/bin/bridge",
];

/** What the same node printed on Flannel, in part. */
const onFlannel = [
  ...bare,
  "link\tflannel.1\t-\t-",
  "link\tcni0\t-\t-",
  "link\tveth3d31910b\tcni0\tcni-c4a13174-7632-9877-3de7-8c725c52beea",
  "address\t10.244.2.1/24 on cni0",
  "route\t10.244.1.0/24 via 10.244.1.0 dev flannel.1 onlink",
  "chain\tnat FLANNEL-POSTRTG",
  'rule\tnat POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG',
  "rule\tnat FLANNEL-POSTRTG -s 10.244.0.0/16 -d 10.244.0.0/16 -j RETURN",
  "chain\tnat CNI-HOSTPORT-DNAT",
  "chain\tnat CNI-DN-0d92f7d6f6a8d5b2b0f15",
  'rule\tnat CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"cbr0\\" id: \\"2df4\\"" -j CNI-DN-0d92f7d6f6a8d5b2b0f15',
  "file\t/etc/cni/net.d/10-flannel.conflist",
  "file\t/opt/cni/bin/flannel",
  "file\t/var/lib/cni/networks/cbr0/10.244.2.3",
  "file\t/var/lib/cni/results/cbr0-2df4b3f8-eth0",
  "folder\t/run/flannel",
  "annotation\tflannel.alpha.coreos.com/public-ip",
];

/** And on Flannel with etcd. */
const onFlannelEtcd = [
  ...bare,
  "link\tflannel.1\t-\t-",
  "link\tcni0\t-\t-",
  "address\t80.9.0.1/16 on cni0",
  "route\t80.23.0.0/16 via 80.23.0.0 dev flannel.1 onlink",
  "chain\tnat FLANNEL-POSTRTG",
  "rule\tnat FLANNEL-POSTRTG -s 80.0.0.0/8 ! -d 224.0.0.0/4 -j MASQUERADE --random-fully",
  "file\t/etc/cni/net.d/10-flannel-etcd.conflist",
  "file\t/etc/default/flanneld",
  "file\t/etc/systemd/system/flanneld.service",
  "file\t/etc/systemd/system/multi-user.target.wants/flanneld.service",
  "file\t/var/lib/cni/networks/flannel-etcd/80.9.0.2",
  "folder\t/opt/flannel",
  "folder\t/run/flannel",
];

/** What Kubernetes and the runtime add, whatever the CNI. */
const shared = [
  "chain\tfilter KUBE-FORWARD",
  "rule\tfilter FORWARD -m conntrack --ctstate NEW -j KUBE-PROXY-FIREWALL",
  "file\t/var/lib/cni/results/cni-loopback-2df4b3f8-lo",
  "folder\t/var/lib/kubelet",
  "annotation\tnode.alpha.kubernetes.io/ttl",
];

const listing = (now: readonly string[], records: readonly object[] = [flannel], pods: readonly string[] = []) =>
  readListing(
    [
      ...bare.map((line) => `before\t${line}`),
      ...records.map(record),
      ...pods.map((pod) => `pod\t${pod}`),
      ...[...now, ...shared].map((line) => `now\t${line}`),
    ].join("\n"),
  );

const names = (facts: readonly { readonly kind: string; readonly name: string }[]) =>
  facts.map(({ kind, name }) => `${kind} ${name}`);

describe("the audit of a node", () => {
  test("sets aside what the CNI in force, Kubernetes and running pods own", () => {
    const { own, leftovers, missing, strayed } = auditNode(listing(onFlannel, [flannel], ["a/b\tcbr0"]), "flannel");
    expect(own).toHaveLength(onFlannel.length - bare.length);
    expect({ leftovers, missing, strayed }).toEqual({ leftovers: [], missing: [], strayed: [] });
  });

  test("sets aside rules of the lab's nodes, and those that somebody added for the CNI in force", () => {
    const rules = [
      'rule\tfilter FORWARD -i cni0 -m comment --comment "cni-lab: pods may send" -j ACCEPT',
      "rule\tfilter FORWARD -i flannel.1 -o cni0 -j ACCEPT",
      "rule\tfilter FORWARD -i eth7 -o eth8 -j ACCEPT",
    ];
    const left = (current: string) => {
      const { leftovers } = auditNode(listing([...bare, ...rules], [flannel, weave]), current);
      return names(leftovers.map(({ fact }) => fact));
    };
    expect(left("flannel")).toEqual(["rule filter FORWARD -i eth7 -o eth8 -j ACCEPT"]);
    expect(left("weave")).toEqual([
      "rule filter FORWARD -i flannel.1 -o cni0 -j ACCEPT",
      "rule filter FORWARD -i eth7 -o eth8 -j ACCEPT",
    ]);
  });

  test("of two CNIs with links of the same names, takes them for those of the one in force", () => {
    const { own, leftovers } = auditNode(listing(onFlannelEtcd, [flannel, flannelEtcd]), "flannel-etcd");
    expect([own.length, leftovers]).toEqual([onFlannelEtcd.length - bare.length, []]);
    expect(auditNode(listing(onFlannel, [flannelEtcd, flannel]), "flannel").leftovers).toEqual([]);
    const left = auditNode(listing(onFlannelEtcd, [flannelEtcd]), "none").leftovers;
    expect(left.map(({ owner }) => owner)).toEqual(onFlannelEtcd.slice(bare.length).map(() => "flannel-etcd"));
  });

  test("names everything of a CNI that should be gone, and whose it is", () => {
    const { own, leftovers } = auditNode(listing(onFlannel, [flannel, weave]), "weave");
    expect(own).toEqual([]);
    expect(names(leftovers.map(({ fact }) => fact))).toEqual(
      onFlannel.slice(bare.length).map((line) => line.split("\t").slice(0, 2).join(" ")),
    );
    expect(new Set(leftovers.map(({ owner }) => owner))).toEqual(new Set(["flannel"]));
  });

  test.each([
    "link\tdummy7\t-\t-",
    "link\tveth0\t-\tcni-500230fb",
    "chain\tfilter WEAVE-NPC",
    "rule\tfilter FORWARD -j LOG",
    "route\t10.99.0.0/16 dev eth1",
    "ipset\tx",
    "route\t10.244.200.0/24 dev vpn0 scope link",
    "route\t10.244.200.0/24 via 10.8.0.1 dev vpn0",
    "file\t/etc/cni/net.d/05-mine.conflist",
    "folder\t/var/lib/other",
    "annotation\texample.com/x",
  ])("finds what nobody owns: %s", (line) => {
    const { leftovers } = auditNode(listing([...onFlannel, line]), "flannel");
    expect(leftovers).toMatchObject([{ fact: { name: line.split("\t")[1] } }]);
    expect(leftovers[0]?.owner).toBeUndefined();
  });

  test.each([
    "file\t/etc/cni/net.d/00-multus.conf",
    "file\t/opt/cni/bin/multus-shim",
    "file\t/var/lib/cni/multus/results/macvlan-conf-c0ffee-net1",
    "file\t/var/lib/cni/networks/macvlan-conf/10.10.20.11",
    "folder\t/run/multus",
    "folder\t/run/cni",
  ])("sets aside what Multus keeps where it is to be, and else names it: %s", (line) => {
    const node = listing([...onFlannel, line]);
    expect(auditNode(node, "flannel", [multusAddOn]).leftovers).toEqual([]);
    expect(auditNode(node, "flannel").leftovers).toMatchObject([{ owner: "multus" }]);
  });

  test("what a CNI left in Multus' records is that CNI's", () => {
    const line = "file\t/var/lib/cni/multus/results/cbr0-c0ffee-eth0";
    expect(auditNode(listing([...bare, line], [flannel, weave]), "weave", [multusAddOn]).leftovers).toMatchObject([
      { owner: "flannel" },
    ]);
  });

  test("the link to the conflist in force goes with the last CNI", () => {
    const line = "file\t/etc/cni/net.d/05-cni-lab.conflist";
    expect(auditNode(listing([...onFlannel, line]), "flannel").leftovers).toEqual([]);
    expect(names(auditNode(listing([...bare, line]), "none").leftovers.map(({ fact }) => fact))).toEqual([
      "file /etc/cni/net.d/05-cni-lab.conflist",
    ]);
  });

  test("finds what is gone, and pods that are still on another network", () => {
    const { missing, strayed } = auditNode(
      listing(onFlannel.slice(1), [flannel, weave], ["a/b\tcbr0", "a/c\tweave"]),
      "flannel",
    );
    expect(names(missing)).toEqual(["link eth1"]);
    expect(strayed).toEqual(["a/c"]);
  });

  test("without a CNI a running pod's link is the pod's; with one it must be attached to it", () => {
    const line = "link\tveth0\t-\tcni-500230fb";
    expect(auditNode(listing([...bare, line]), "none").leftovers).toEqual([]);
    expect(auditNode(listing([...bare, line]), "flannel").leftovers).toHaveLength(1);
  });

  test("a link that only has another state is the same link", () => {
    expect(auditNode(listing(["link\teth1\tbr0\t-", ...bare.slice(1)]), "none")).toMatchObject({
      leftovers: [],
      missing: [],
    });
  });
});

describe("the plan of a swap", () => {
  test("says which pods are recreated, and what is removed", () => {
    expect(swapPlan(listing(onFlannel, [flannel, weave], ["a/b\tcbr0"]), "weave", isExclusive)).toEqual([
      "flannel leaves: 1 pod (a/b) is recreated on weave, one by one; removed after that: links cni0, flannel.1; " +
        "route 10.244.1.0/24 via 10.244.1.0 dev flannel.1 onlink; " +
        "iptables chains nat CNI-DN-0d92f7d6f6a8d5b2b0f15, nat CNI-HOSTPORT-DNAT, nat FLANNEL-POSTRTG; 3 iptables rules; " +
        "files /etc/cni/net.d/10-flannel.conflist, /opt/cni/bin/flannel; folder /run/flannel; " +
        "node annotation flannel.alpha.coreos.com/public-ip",
    ]);
  });

  test("announces a route over the nodes' LAN, and none over a link of somebody else's", () => {
    const routes = ["route\t10.244.1.0/24 via 172.28.79.11 dev eth1", "route\t10.244.9.0/24 via 10.8.0.1 dev tun9"];
    expect(swapPlan(listing([...bare, "link\ttun9\t-\t-", ...routes]), "none", isExclusive)).toEqual([
      "flannel leaves: no pod is on its network; removed after that: route 10.244.1.0/24 via 172.28.79.11 dev eth1",
    ]);
  });

  test("says that pods lose their network where nothing follows", () => {
    const [sentence] = swapPlan(listing(onFlannel, [flannel], ["a/b\tcbr0", "a/c\tcbr0"]), "none", isExclusive);
    expect(sentence).toContain("2 pods (a/b, a/c) lose their network");
  });

  test("says that a CNI which can't be beside another one has to leave first", () => {
    expect(swapPlan(listing(onFlannelEtcd, [flannelEtcd]), "weave", isExclusive)).toEqual([
      "flannel-etcd can't leave for weave in one update, and this one will be refused: set cni to none first",
    ]);
    expect(swapPlan(listing(onFlannelEtcd, [flannelEtcd], ["a/b\tflannel-etcd"]), "none", isExclusive)).toEqual([
      expect.stringMatching(
        /^flannel-etcd leaves: 1 pod \(a\/b\) loses its network; .*folders \/opt\/flannel, \/run\/flannel$/,
      ),
    ]);
  });

  test("does not count what the next CNI has made for what the last one left", () => {
    expect(swapPlan(listing(onFlannelEtcd, [flannel, flannelEtcd]), "flannel-etcd", isExclusive)).toEqual([]);
  });

  test("is silent where nothing of another CNI is there", () => {
    expect(swapPlan(listing(onFlannel, [flannel, weave]), "flannel", isExclusive)).toEqual([]);
    expect(swapPlan(listing(bare), "weave", isExclusive)).toEqual([]);
  });
});
