import { describe, expect, test } from "vitest";
import { type FoundCni, foundResidue } from "../../components/cni/found";
import { type AnyObject, ClusterObjects } from "../../driver/adopt/cluster-objects";
import { cniInForce } from "../../driver/adopt/cni-in-force";
import { findCni } from "../../driver/adopt/find-cni";
import { upstreamFlannel } from "../live/upstream-flannel";

/** Objects as an API server gives them back. */
function served(objects: readonly object[]): AnyObject[] {
  return (objects as AnyObject[]).map((object, i) => ({
    ...object,
    metadata: {
      ...object.metadata,
      uid: `uid-${i}`,
      resourceVersion: `${i}`,
      managedFields: [],
    } as AnyObject["metadata"],
    status: {},
  }));
}

const upstream = (form: "kube-flannel" | "kube-system") => served(upstreamFlannel(form, "10.99.0.0/16"));
const names = (objects: readonly { kind: string; metadata: { name: string } }[]) =>
  objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);

function found(objects: readonly AnyObject[]) {
  const cni = findCni(new ClusterObjects(objects));
  if (cni.is !== "found") throw new Error(`${cni.is} was found`);
  return cni.found;
}

function daemonSet(name: string, image: string, namespace = "kube-system"): AnyObject {
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name, namespace, uid: name },
    spec: { template: { spec: { containers: [{ image }] } } },
  };
}

describe("a CNI is found, whoever has installed it", () => {
  test.each(["kube-flannel", "kube-system"] as const)("as upstream's manifest has it in %s", (form) => {
    const { objects, ...told } = found(upstream(form));
    expect(told).toEqual({
      cni: "flannel",
      network: "10.99.0.0/16",
      networkName: "cbr0",
      conflist: "10-flannel.conflist",
      daemonSet: { namespace: form, name: "kube-flannel-ds" },
    });
    expect(names(objects)).toEqual([
      ...(form === "kube-flannel" ? ["Namespace kube-flannel"] : []),
      "ServiceAccount flannel",
      "ClusterRole flannel",
      "ClusterRoleBinding flannel",
      "ConfigMap kube-flannel-cfg",
      "DaemonSet kube-flannel-ds",
    ]);
    expect(JSON.stringify(objects)).not.toMatch(/"(uid|resourceVersion|managedFields|status)"/);
  });

  test("under another name, with other labels, from another registry", () => {
    const renamed = JSON.parse(
      JSON.stringify(upstream("kube-flannel"))
        .replaceAll("kube-flannel-ds", "net-agent")
        .replaceAll("ghcr.io/flannel-io/flannel:", "registry.example/mirrored-flannel-io-flannel:")
        .replaceAll('"app":"flannel"', '"component":"net"'),
    );
    const cni = found(renamed);
    expect(cni.daemonSet).toEqual({ namespace: "kube-flannel", name: "net-agent" });
    expect(foundResidue(cni)).toMatchObject({ cni: "flannel", network: "10.99.0.0/16", daemonSet: cni.daemonSet });
  });

  test("Weave with a range of its own", () => {
    const weave = daemonSet("weave-net", "weaveworks/weave-kube:2.8.1");
    weave.spec.template.spec.containers[0].env = [{ name: "IPALLOC_RANGE", value: "10.5.0.0/16" }];
    expect(found([weave])).toMatchObject({ cni: "weave", network: "10.5.0.0/16", conflist: "10-weave.conflist" });
  });

  test.each([
    ["Calico", "docker.io/calico/node:v3.29.0"],
    ["Cilium", "quay.io/cilium/cilium:v1.18.0"],
    ["kindnet", "docker.io/kindest/kindnetd:v20240813"],
  ])("%s, of which the lab has nothing, is named", (name, image) => {
    const cni = findCni(new ClusterObjects([daemonSet("agent", image)]));
    expect(cni).toEqual({ is: "other", name, seen: "DaemonSet kube-system/agent" });
  });

  test("Canal is Calico's, though flanneld runs in it, and flannel without its ConfigMap is not guessed at", () => {
    const canal = daemonSet("canal", "docker.io/flannel/flannel:v0.24.4");
    canal.spec.template.spec.containers.push({ image: "docker.io/calico/node:v3.29.0" });
    expect(findCni(new ClusterObjects([canal]))).toMatchObject({ is: "other", name: "Calico" });
    const bare = daemonSet("x", "docker.io/flannel/flannel:v0.24.4");
    expect(findCni(new ClusterObjects([bare]))).toMatchObject({ is: "other", seen: "DaemonSet kube-system/x" });
    expect(findCni(new ClusterObjects([daemonSet("kube-proxy", "registry.k8s.io/kube-proxy:v1.34.4")]))).toEqual({
      is: "none",
    });
  });
});

describe("only what is the CNI's alone is its own", () => {
  test("not a namespace with something else in it", () => {
    const other: AnyObject = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "mine", namespace: "kube-flannel", uid: "m" },
    };
    const usual: AnyObject = { ...other, metadata: { ...other.metadata, name: "kube-root-ca.crt", uid: "r" } };
    expect(names(found([...upstream("kube-flannel"), usual]).objects)).toContain("Namespace kube-flannel");
    expect(names(found([...upstream("kube-flannel"), usual, other]).objects)).not.toContain("Namespace kube-flannel");
  });

  test("not a role that somebody else is bound to, or that is Kubernetes' own, nor a binding that names others too", () => {
    const binding = (name: string, role: string, ...accounts: string[]): AnyObject => ({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name, uid: name },
      roleRef: { kind: "ClusterRole", name: role },
      subjects: accounts.map((account) => ({ kind: "ServiceAccount", name: account, namespace: "kube-system" })),
    });
    const shared = found([...upstream("kube-system"), binding("mine", "flannel", "mine")]);
    expect(names(shared.objects)).toEqual(expect.arrayContaining(["ClusterRoleBinding flannel"]));
    expect(names(shared.objects)).not.toContain("ClusterRole flannel");
    const admin: AnyObject = { apiVersion: "v1", kind: "ClusterRole", metadata: { name: "cluster-admin", uid: "a" } };
    const extra = [
      admin,
      binding("flannel-admin", "cluster-admin", "flannel"),
      binding("both", "view", "flannel", "me"),
    ];
    const named = names(found([...upstream("kube-system"), ...extra]).objects);
    expect(named).toContain("ClusterRoleBinding flannel-admin");
    expect(named).not.toContain("ClusterRole cluster-admin");
    expect(named).not.toContain("ClusterRoleBinding both");
  });
});

describe("what the nodes have", () => {
  const kubeadm = [{ kubelet: "v1.34.4" }];
  const conflists = (...names: string[]) => [{ conflists: names }];
  const none = { is: "none" } as const;

  test("tells of a CNI that no object does", () => {
    expect(cniInForce(none, kubeadm, conflists("10-odd.conflist"))).toEqual({
      ...{ is: "other", name: "a CNI that the lab does not know", seen: "10-odd.conflist" },
    });
    expect(cniInForce(none, kubeadm, conflists())).toEqual(none);
  });

  test("is elsewhere with k3s and RKE2, whatever objects there are", () => {
    expect(cniInForce(none, [...kubeadm, { kubelet: "v1.34.4+k3s1" }], conflists())).toEqual({
      ...{ is: "other", name: "the CNI of k3s or RKE2, with folders of its own", seen: "v1.34.4+k3s1" },
    });
  });

  test("says which conflist of a CNI that was found is in force", () => {
    const found = { cni: "flannel", conflist: "10-flannel.conflist" } as unknown as FoundCni;
    expect(cniInForce({ is: "found", found }, kubeadm, conflists("05-flannel.conflist"))).toEqual({
      ...{ is: "found", found: { cni: "flannel", conflist: "05-flannel.conflist" } },
    });
  });
});
