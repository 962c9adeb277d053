import { describe, expect, it } from "vitest";
import { arrive, cleanUp, flannel, flannelEtcd, makes, weave } from "./node-scene";

/** The real script with the real ip and iptables, in namespaces of its own; kubectl is a stand-in. */
describe("the clean-up after a CNI", () => {
  it.each([
    [flannel, weave],
    [weave, flannel],
  ])(
    "leaves a node as it was before $cni came, with the other one's things and live containers' on it",
    async (own, other) => {
      const { before, first, second, calls } = await cleanUp(own, { others: makes[other.cni], desired: other.cni });
      expect(first).toBe(before);
      expect(second).toBe(before);
      expect(calls).not.toContain("systemctl");
    },
  );

  it.each([[flannel], [weave], [flannelEtcd]])(
    "leaves nothing of $cni where no CNI follows, and restarts the kubelet",
    async (own) => {
      const { before, first, second, calls } = await cleanUp(own, { desired: "none" });
      expect(first).toBe(before);
      expect(second).toBe(before);
      expect(calls).toContain("systemctl restart kubelet");
    },
  );

  it("takes flannel's annotations off the node, and only those; and Weave's list of peers out of the cluster", async () => {
    const { calls } = await cleanUp(flannel, { desired: "weave" });
    expect(calls).toMatch(/annotate node n1 flannel.alpha.coreos.com\/public-ip-\n/);
    expect((await cleanUp(weave, { desired: "none" })).calls).toContain(
      "delete configmap weave-net --namespace kube-system --ignore-not-found",
    );
  });

  it("goes on with the other conflist where the node was told to stay with this one", async () => {
    const held = `${makes.weave}\nln -s 10-flannel.conflist /etc/cni/net.d/05-cni-lab.conflist`;
    const { first } = await cleanUp(flannel, { others: held, desired: "weave" });
    expect(first.match(/^\/etc\/cni\/net.d\/.*/gm)).toEqual([
      "/etc/cni/net.d/05-cni-lab.conflist -> 10-weave.conflist",
      "/etc/cni/net.d/10-weave.conflist",
    ]);
  });

  it("deletes a DaemonSet that was left by an update that was cut short, where no pod uses it", async () => {
    const scene = { others: makes.weave, desired: "weave", living: "10.244.0.0/16", pod: "10.32.0.5" };
    const { before, first, calls } = await cleanUp(flannel, scene);
    expect(first).toBe(before);
    expect(calls).toContain("delete daemonset kube-flannel-ds --namespace kube-flannel --ignore-not-found");
  });

  it("leaves a DaemonSet whose network a pod uses, and names the pod and the mend", async () => {
    const scene = { others: makes.weave, desired: "weave", living: "10.244.0.0/16", pod: "10.244.1.5" };
    await expect(cleanUp(flannel, scene)).rejects.toThrow(
      "n1: flannel can't be cleaned away: these pods use it; run kubectl delete daemonset --namespace kube-flannel kube-flannel-ds, which cuts them off: a/b",
    );
  });

  it("removes nothing where nodes are not to be cleaned, and recreates each pod of the node once", async () => {
    const scene = { others: makes.weave, desired: "weave", undone: { nodeCleanup: "off" } };
    const { first, second, calls } = await cleanUp(flannel, { ...scene, pod: "10.244.1.5", podNode: "n1" });
    for (const state of [first, second]) {
      expect(state).toMatch(/flannel\.1:/);
      expect(state).toContain("/etc/cni/net.d/10-flannel.conflist");
      expect(state).toContain('-A FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD');
    }
    expect(calls.match(/delete pod .*/g)).toEqual(["delete pod --namespace a b --timeout=9s --ignore-not-found"]);
  });

  it("recreates no pod of another node where nodes are not to be cleaned", async () => {
    const scene = { others: makes.weave, desired: "weave", undone: { nodeCleanup: "off" }, pod: "10.244.1.5" };
    expect((await cleanUp(flannel, scene)).calls).not.toContain("delete pod");
  });

  it("leaves pods alone that are not to be recreated, but cleans the node under them", async () => {
    const scene = { others: makes.weave, desired: "weave", pod: "10.244.1.5", podNode: "n1" };
    const { before, first, calls } = await cleanUp(flannel, { ...scene, undone: { recreatePods: "off" } });
    expect(first).toBe(before);
    expect(calls).not.toContain("delete pod");
  });

  it("removes nothing when the CNI is wanted again meanwhile", async () => {
    const { before, first } = await cleanUp(flannel, {
      others: makes.weave,
      desired: "weave",
      desiredLater: "flannel",
    });
    expect(before).not.toContain("flannel.1");
    expect(first).toContain("flannel.1");
  });

  it("leaves a service alone that is to stay, and stops one that was left by an update that was cut short", async () => {
    const unit = "\ntouch /etc/systemd/system/flanneld.service";
    const stays = await cleanUp(flannelEtcd, { others: unit, desired: "flannel-etcd" });
    expect(stays.first).toContain("/opt/flannel/flanneld");
    expect(stays.calls).not.toContain("systemctl");
    const { first, calls } = await cleanUp(flannelEtcd, { others: unit, desired: "none" });
    expect(first).not.toMatch(/flannel/);
    expect(calls).toContain("systemctl --quiet disable --now flanneld.service");
  });
});

describe("a CNI that comes", () => {
  const refused = (cni: string, other: string) =>
    `n1: ${cni} can't come beside ${other}, whose /etc/cni/net.d/10-${other === "cbr0" ? "flannel" : other}.conflist is here: set cni to none first, with nodes cleaned (nodeCleanup), then to ${cni}`;

  it("is refused beside flannel-etcd, and so is flannel-etcd beside another one", async () => {
    expect(
      await arrive(weave, { "10-flannel-etcd.conflist": "flannel-etcd" }, { chosen: "10-flannel-etcd.conflist" }),
    ).toBe(refused("weave", "flannel-etcd"));
    expect(await arrive(flannelEtcd, { "10-weave.conflist": "weave" }, { chosen: "10-weave.conflist" })).toBe(
      refused("flannel-etcd", "weave"),
    );
    expect(await arrive(flannelEtcd, { "10-flannel.conflist": "cbr0" })).toBe(refused("flannel-etcd", "cbr0"));
  });

  it("is let in where none is, where it is itself, and beside one that can bear it", async () => {
    expect(await arrive(flannelEtcd, {})).toBe("");
    expect(
      await arrive(flannelEtcd, { "10-flannel-etcd.conflist": "flannel-etcd" }, { chosen: "10-flannel-etcd.conflist" }),
    ).toBe("");
    expect(await arrive(flannel, { "10-weave.conflist": "weave" }, { chosen: "10-weave.conflist" })).toBe("");
  });
});
