import { describe, expect, it } from "vitest";
import { type Call, Children, type Tree, UNKNOWN } from "../../toolchain/plugins/host";
import { Connection } from "../../toolchain/plugins/kubernetes/connection";
import { blamed, diff } from "../../toolchain/plugins/kubernetes/diff";
import { isHarmless, isWithin } from "../../toolchain/plugins/kubernetes/immutable";
import { project } from "../../toolchain/plugins/kubernetes/project";
import { row } from "../plugin-page";

const log = { debug() {}, info() {}, warning() {}, error() {}, status() {}, flush: async () => {} };
const call: Call = { log, children: new Children(), signal: new AbortController().signal };

/** Without a cluster: only the rules decide. */
async function difference(oldInputs: Tree, news: Tree, config: Tree = {}) {
  const connection = new Connection({ kubeconfig: UNKNOWN, ...config });
  const type = "kubernetes:core/v1:ConfigMap";
  const request = { urn: "urn", type, name: "n", id: "i", state: {}, oldInputs, news, ignoreChanges: [] };
  const { changes, replaces, deleteBeforeReplace } = await diff(request, connection, call);
  return { changes: Object.fromEntries(changes), replaces: [...(replaces ?? [])], deleteBeforeReplace };
}

const object = (kind: string, rest: Tree, apiVersion = "v1"): Tree => ({
  apiVersion,
  kind,
  metadata: { name: "a", namespace: "b" },
  ...rest,
});

describe("diff by rule", () => {
  it(`${row("a diff")} is empty for equal inputs, whatever the server made of them`, async () => {
    const role = object("Role", { rules: [] }, "rbac.authorization.k8s.io/v1");
    expect((await difference(role, role)).changes).toEqual({});
    const map = object("ConfigMap", { data: { a: "b" } });
    expect(await difference(map, map)).toStrictEqual({ changes: {}, replaces: [], deleteBeforeReplace: undefined });
  });

  it("replaces a ConfigMap for its data, first the old one as the name is the same", async () => {
    const before = object("ConfigMap", { data: { a: "b" } });
    const after = object("ConfigMap", { data: { a: "c" } });
    expect(await difference(before, after)).toStrictEqual({
      changes: { "data.a": "update" },
      replaces: ["data.a"],
      deleteBeforeReplace: true,
    });
    expect((await difference(before, after, { enableConfigMapMutable: "true" })).replaces).toEqual([]);
    const frozen = object("ConfigMap", { data: { a: "c" }, immutable: true });
    expect((await difference(before, frozen, { enableConfigMapMutable: "true" })).replaces).toEqual(["data.a"]);
  });

  it("makes the new one first when its name is automatic", async () => {
    const metadata = { name: "a-1", namespace: "b", annotations: { "pulumi.com/autonamed": "true" } };
    const before = object("ConfigMap", { data: { a: "b" }, metadata });
    const after = object("ConfigMap", { data: { a: "c" }, metadata });
    expect(await difference(before, after)).toMatchObject({ replaces: ["data.a"], deleteBeforeReplace: false });
  });

  it("replaces for another name or namespace, and makes the new one first", async () => {
    const before = object("ConfigMap", {});
    const renamed = object("ConfigMap", { metadata: { name: "z", namespace: "b" } });
    expect(await difference(before, renamed)).toStrictEqual({
      changes: { "metadata.name": "update" },
      replaces: ["metadata.name"],
      deleteBeforeReplace: false,
    });
    const moved = object("ConfigMap", { metadata: { name: "a", namespace: "c" } });
    expect((await difference(before, moved)).replaces).toEqual(["metadata.namespace"]);
  });

  it("replaces a workload for its selector, not for its template", async () => {
    const workload = (selector: string, image: string): Tree =>
      object(
        "DaemonSet",
        { spec: { selector: { matchLabels: { app: selector } }, template: { spec: { image } } } },
        "apps/v1",
      );
    expect((await difference(workload("a", "x"), workload("b", "x"))).replaces).toEqual([
      "spec.selector.matchLabels.app",
    ]);
    expect(await difference(workload("a", "x"), workload("a", "y"))).toMatchObject({
      changes: { "spec.template.spec.image": "update" },
      replaces: [],
    });
  });

  it("replaces a Pod for its spec but for what the server changes in place", async () => {
    const pod = (spec: Tree): Tree => object("Pod", { spec });
    expect((await difference(pod({ a: 1 }), pod({ a: 2 }))).replaces).toEqual(["spec.a"]);
    expect((await difference(pod({ activeDeadlineSeconds: 1 }), pod({ activeDeadlineSeconds: 2 }))).replaces).toEqual(
      [],
    );
  });

  it("replaces a PersistentVolume for where its storage lies", async () => {
    const volume = (path: string, storage: string): Tree =>
      object("PersistentVolume", { spec: { hostPath: { path }, capacity: { storage } } });
    expect((await difference(volume("/a", "1Gi"), volume("/b", "1Gi"))).replaces).toEqual(["spec.hostPath.path"]);
    expect((await difference(volume("/a", "1Gi"), volume("/a", "2Gi"))).replaces).toEqual([]);
  });

  it("spells CRD schemas one way", async () => {
    const schema = (key: string): Tree => object("CustomResourceDefinition", { spec: { [key]: true } });
    const none = await difference(schema("x_kubernetes_list_type"), schema("x-kubernetes-list-type"));
    expect(none.changes).toEqual({});
  });
});

it("isWithin goes by whole keys", () => {
  expect(isWithin("spec.selector.matchLabels", "spec.selector")).toBe(true);
  expect(isWithin("spec.ports[0].port", "spec.ports")).toBe(true);
  expect(isWithin("spec.selectorX", "spec.selector")).toBe(false);
  expect(isWithin("anything", "")).toBe(true);
});

it("labels and annotations are never immutable", () => {
  expect(isHarmless(["metadata.labels.a", 'metadata.annotations["a/b"]'])).toBe(true);
  expect(isHarmless(["metadata.labels.a", "spec"])).toBe(false);
});

describe("blamed", () => {
  const cause = (field: string) => ({ field, reason: "", message: "" });
  it("finds the changed paths that a cause points at, from above and from below", () => {
    expect([...blamed(["spec.a.b", "data"], [cause("spec.a")])]).toEqual(["spec.a.b"]);
    expect([...blamed(["spec", "data"], [cause("spec.clusterIPs[0]")])]).toEqual(["spec"]);
  });
  it("blames everything when the cause points elsewhere", () => {
    expect([...blamed(["spec.a", "data"], [cause("roleRef")])]).toEqual(["spec.a", "data"]);
  });
});

describe("project", () => {
  it("leaves out what the server filled in, keeps what it changed, misses what it removed", () => {
    const live = { spec: { a: 2, filled: true, list: [{ name: "x", v: 1, filled: 1 }, { name: "injected" }] } };
    const inputs = { spec: { a: 1, gone: 1, nothing: null, list: [{ name: "x", v: 1 }] } };
    expect(project(live, inputs)).toStrictEqual({ spec: { a: 2, nothing: null, list: [{ name: "x", v: 1 }] } });
  });

  it("matches elements by their key whatever their order", () => {
    const live = {
      ports: [
        { port: 2, x: "b" },
        { port: 1, x: "c" },
      ],
    };
    const inputs = {
      ports: [
        { port: 1, x: "a" },
        { port: 2, x: "b" },
      ],
    };
    expect(project(live, inputs)).toStrictEqual({
      ports: [
        { port: 1, x: "c" },
        { port: 2, x: "b" },
      ],
    });
  });

  it("takes a plain list whole", () => {
    expect(project({ args: ["a", "b", "c"] }, { args: ["a"] })).toStrictEqual({ args: ["a", "b", "c"] });
  });
});
