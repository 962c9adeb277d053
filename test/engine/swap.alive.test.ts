import { describe, expect, it } from "vitest";
import { cleanUp, daemonSet, flannel, flannelEtcd, refusal, type Scene, weave } from "./node-scene";

const residues = { flannel, "flannel-etcd": flannelEtcd, weave } as const;

/** A pod of a DaemonSet on the node that is cleaned, with labels that say nothing. */
const pod = (name: string, container: object, metadata: object = {}, nodeName = "n1") => ({
  kind: "Pod",
  metadata: { namespace: "kube-system", name, uid: name, labels: { app: "flannel", name: "weave-net" }, ...metadata },
  spec: { nodeName, hostNetwork: true, containers: [{ name: "main", ...container }] },
  status: { phase: "Running", podIP: "172.28.1.11" },
});

/** Runs for as long as the node is looked at, under the name of a CNI's program. */
const process = (name: string) => `
cp "$(command -v sleep)" /run/${name}
/run/${name} 300 &
trap "kill $!" EXIT`;

const refused = (cni: string, why: string) =>
  `n1: ${cni} is alive and can't be cleaned away, nothing was removed: ${why}, and run the update again\n`;

describe("a clean-up under a CNI that lives", () => {
  const unknown = (names: string) =>
    `there is a DaemonSet of it that this program has not made; run kubectl delete daemonset ${names}`;
  const unknownPod = (id: string) => `a pod that this program has not made runs it here; delete what made ${id}`;

  it.each([
    ["flannel", daemonSet("kube-flannel", "kube-flannel-ds", { labels: { app: "flannel" } })],
    ["flannel", daemonSet("kube-system", "kube-flannel-ds-amd64", { labels: { tier: "node" } })],
    ["flannel-etcd", daemonSet("kube-flannel", "kube-flannel-ds")],
    ["weave", daemonSet("kube-system", "weave-net", { labels: { name: "weave-net" } })],
  ] as const)("is refused for %s where a DaemonSet of it has other labels: %j", async (cni, found) => {
    const { failed, changed, asked, said } = await refusal(residues[cni], { objects: [found], desired: "none" });
    expect({ failed, changed, asked }).toEqual({ failed: true, changed: false, asked: null });
    const { namespace, name } = found.metadata;
    expect(said).toContain(refused(cni, unknown(`--namespace ${namespace} ${name}`)));
  });

  it("knows a DaemonSet that was found, and bears no marks, by what the cluster says of it: it stays where it is to", async () => {
    const objects = [daemonSet("kube-flannel", "kube-flannel-ds", { labels: { app: "flannel" } })];
    const marks = {
      namespace: "kube-flannel",
      name: "kube-flannel-ds",
      cni: "flannel",
      conflist: "10-flannel.conflist",
    };
    const undone = { found: JSON.stringify([{ ...marks, network: "10.244.0.0/16" }]) };
    const stays = await refusal(flannel, { objects, undone, desired: "flannel" });
    expect(stays).toMatchObject({ failed: false, changed: false, asked: null });
    expect(stays.said).toContain("n1: flannel stays\n");
    const alone = await refusal(flannel, { objects, undone, desired: "weave" });
    expect([alone.failed, alone.changed, alone.said]).toEqual([
      false,
      false,
      expect.stringContaining("n1: flannel stays\n"),
    ]);
    // Of another namespace it is not the one that was found.
    const other = { found: JSON.stringify([{ ...marks, namespace: "kube-system", network: "10.244.0.0/16" }]) };
    const refusedAs = await refusal(flannel, { objects, undone: other, desired: "flannel" });
    expect(refusedAs.said).toContain(refused("flannel", unknown("--namespace kube-flannel kube-flannel-ds")));
  });

  it.each([
    ["flannel", "kube-flannel-ds-x7k2p", { image: "docker.io/flannel/flannel:v0.24.2" }],
    ["flannel", "canal-8s2nd", { image: "rancher/mirrored-flannelcni-flannel@sha256:aa" }],
    ["flannel", "own-build", { image: "registry.example/net:1", command: ["/opt/bin/flanneld", "--ip-masq"] }],
    ["weave", "weave-net-l2v9s", { image: "rajch/weave-kube:2.8.2" }],
  ] as const)("is refused for %s where a pod of the node runs it: %s", async (cni, name, container) => {
    const { failed, changed, asked, said } = await refusal(residues[cni], {
      objects: [pod(name, container)],
      desired: "none",
    });
    expect({ failed, changed, asked }).toEqual({ failed: true, changed: false, asked: null });
    expect(said).toContain(refused(cni, unknownPod(`kube-system/${name}`)));
  });

  it.each([
    ["flannel", "flanneld"],
    ["flannel-etcd", "flanneld"],
    ["weave", "weaver"],
  ] as const)("is refused for %s where the node itself runs %s", async (cni, program) => {
    const { failed, changed, asked, said } = await refusal(residues[cni], {
      afterwards: process(program),
      desired: "none",
    });
    expect({ failed, changed, asked }).toEqual({ failed: true, changed: false, asked: null });
    expect(said.replace(/process \d+/, "process N")).toContain(
      refused(cni, `it runs on this node, and no pod of it is known; end process N (${program})`),
    );
  });

  it("is refused where the CNI that is to be there has come, and one of another hand lives beside it", async () => {
    const scene = { objects: [daemonSet("kube-flannel", "kube-flannel-ds")], desired: "weave" };
    expect(await refusal(flannel, scene)).toMatchObject({ failed: true, changed: false, asked: null });
  });

  it.each<[string, Partial<Scene>]>([
    ["a pod of it on another node", { objects: [pod("a", { image: "flannel/flannel:v1" }, {}, "n2")] }],
    [
      "a pod of it that has ended",
      { objects: [{ ...pod("a", { image: "flannel/flannel:v1" }), status: { phase: "Failed" } }] },
    ],
    ["another CNI", { objects: [daemonSet("kube-system", "weave-net"), pod("b", { image: "weave-kube:2.8.2" })] }],
    ["images of like names", { objects: [pod("c", { image: "ghcr.io/flannel-io/flannel-cni-plugin:v1" })] }],
    [
      "its program in another network",
      {
        afterwards: `unshare --net sh -c '${"cp $(command -v sleep) /run/flanneld; exec /run/flanneld 300"}' &\ntrap "kill $!" EXIT`,
      },
    ],
  ])("goes on beside %s", async (_, scene) => {
    const { before, first } = await cleanUp(flannel, { ...scene, desired: "none" });
    expect(first).toBe(before);
  });

  it("refuses nothing where nodes are not to be cleaned", async () => {
    const scene = { objects: [daemonSet("kube-flannel", "kube-flannel-ds")], undone: { nodeCleanup: "off" } };
    const { failed, changed, said } = await refusal(flannel, { ...scene, desired: "none" });
    expect({ failed, changed }).toEqual({ failed: false, changed: false });
    expect(said).toContain("n1: nodes are not cleaned: what flannel left stays\n");
  });
});
