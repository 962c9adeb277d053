import { beforeEach, describe, expect, it } from "vitest";
import {
  type Call,
  type CheckFailure,
  Children,
  Failures,
  Secret,
  type Tree,
  UNKNOWN,
} from "../../toolchain/plugins/host";
import { check, type Scopes } from "../../toolchain/plugins/kubernetes/check";
import { Connection } from "../../toolchain/plugins/kubernetes/connection";
import { fieldManagerOf, named } from "../../toolchain/plugins/kubernetes/naming";
import { row } from "../plugin-page";

const log = { debug() {}, info() {}, warning() {}, error() {}, status() {}, flush: async () => {} };
const call: Call = { log, children: new Children(), signal: new AbortController().signal };
const randomSeed = new Uint8Array([1, 2, 3]);
let scopes: Scopes;
beforeEach(() => {
  scopes = new Map();
});

interface Options {
  readonly olds?: Tree;
  readonly config?: Tree;
}

async function checked(type: string, news: Tree, { olds = {}, config = { kubeconfig: UNKNOWN } }: Options = {}) {
  const urn = `urn:pulumi:dev::proj::${type}::thing`;
  const request = { urn, type, name: "thing", news, olds, randomSeed };
  return await check(request, new Connection(config), scopes, call);
}

async function inputs(type: string, news: Tree, options?: Options): Promise<Tree> {
  const result = await checked(type, news, options);
  if (result instanceof Failures) throw new Error(JSON.stringify(result.failures));
  return result.inputs;
}

async function failures(type: string, news: Tree): Promise<readonly CheckFailure[]> {
  const result = await checked(type, news);
  return result instanceof Failures ? result.failures : [];
}

describe("check", () => {
  it("fills in apiVersion, kind, name and namespace", async () => {
    expect(await inputs("kubernetes:core/v1:ConfigMap", { data: { a: "b" } })).toStrictEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: "thing-039058c6",
        namespace: "default",
        annotations: { "pulumi.com/autonamed": "true" },
      },
      data: { a: "b" },
    });
  });

  it("takes the namespace of the provider, but gives none to what lives outside", async () => {
    const config = { kubeconfig: UNKNOWN, namespace: "lab" };
    const role = await inputs("kubernetes:rbac.authorization.k8s.io/v1:Role", { metadata: { name: "r" } }, { config });
    expect(role.metadata).toStrictEqual({ name: "r", namespace: "lab" });
    const elsewhere = { metadata: { name: "r", namespace: "other" } };
    const own = await inputs("kubernetes:core/v1:ConfigMap", elsewhere, { config });
    expect(own.metadata).toStrictEqual(elsewhere.metadata);
    const namespace = await inputs("kubernetes:core/v1:Namespace", { metadata: { name: "n" } }, { config });
    expect(namespace.metadata).toStrictEqual({ name: "n" });
  });

  it("keeps the automatic name that the object had", async () => {
    const olds = await inputs("kubernetes:core/v1:ConfigMap", {});
    const again = await inputs("kubernetes:core/v1:ConfigMap", { data: { a: "b" } }, { olds });
    expect(again.metadata).toStrictEqual(olds.metadata);
  });

  it("takes the name that the project's configuration wants, or refuses to go without one", async () => {
    const type = "kubernetes:core/v1:ConfigMap";
    const about = { urn: "urn", type, name: "thing", olds: {}, randomSeed };
    const named = (news: Tree, proposed: string | undefined, olds: Tree = {}) =>
      check({ ...about, news, olds, autonaming: { proposed } }, new Connection({ kubeconfig: UNKNOWN }), scopes, call);
    expect(await named({}, "wanted")).toMatchObject({ inputs: { metadata: { name: "wanted" } } });
    expect(await named({ metadata: { name: "own" } }, "wanted")).toMatchObject({
      inputs: { metadata: { name: "own" } },
    });
    const olds = await inputs(type, {});
    expect(await named({}, "wanted", olds)).toMatchObject({ inputs: { metadata: { name: "thing-039058c6" } } });
    const reason = "missing; it is required, as the project's pulumi:autonaming is disabled";
    expect(await named({}, undefined)).toEqual(new Failures([{ property: "metadata.name", reason }]));
    expect(await named({ metadata: { name: "own" } }, undefined)).toMatchObject({ inputs: {} });
    expect(await named({}, undefined, olds)).toMatchObject({ inputs: {} });
  });

  it("gives a new automatic name where the old one was the program's", async () => {
    const olds = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "mine", namespace: "default" } };
    const again = await inputs("kubernetes:core/v1:ConfigMap", {}, { olds });
    expect(again.metadata).toMatchObject({ name: "thing-039058c6" });
  });

  it("tolerates unknown values everywhere", async () => {
    const metadata = await inputs("kubernetes:core/v1:ConfigMap", { metadata: UNKNOWN });
    expect(metadata.metadata).toBe(UNKNOWN);
    const name = await inputs("kubernetes:core/v1:ConfigMap", { metadata: { name: UNKNOWN, annotations: UNKNOWN } });
    expect(name.metadata).toStrictEqual({ name: UNKNOWN, annotations: UNKNOWN, namespace: "default" });
    const annotated = await inputs("kubernetes:core/v1:ConfigMap", { metadata: { annotations: UNKNOWN } });
    expect(annotated.metadata).toStrictEqual({ annotations: UNKNOWN, name: "thing-039058c6", namespace: "default" });
  });

  it("keeps secrets secret, and a Secret's contents always", async () => {
    const map = await inputs("kubernetes:core/v1:ConfigMap", { data: { a: new Secret("b"), c: "d" } });
    expect(map.data).toStrictEqual({ a: new Secret("b"), c: "d" });
    const secret = await inputs("kubernetes:core/v1:Secret", { data: { a: "Yg==" }, stringData: { c: "d" } });
    expect(secret.data).toStrictEqual(new Secret({ a: "Yg==" }));
    expect(secret.stringData).toStrictEqual(new Secret({ c: "d" }));
  });

  it("drops what only the API server writes", async () => {
    const metadata = { name: "a", namespace: "b", uid: "u", resourceVersion: "1", managedFields: [], generation: 2 };
    const result = await inputs("kubernetes:core/v1:ConfigMap", { metadata });
    expect(result.metadata).toStrictEqual({ name: "a", namespace: "b" });
  });

  it("knows the scope of a custom kind from its definition in the same program, or from before", async () => {
    const spec = { group: "example.com", scope: "Cluster", names: { kind: "Widget" } };
    await inputs("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", { metadata: { name: "w" }, spec });
    const widget = await inputs("kubernetes:example.com/v1:Widget", { metadata: { name: "w" } });
    expect(widget.metadata).toStrictEqual({ name: "w" });
    const other = await inputs("kubernetes:example.com/v1:Gadget", { metadata: { name: "g" } });
    expect(other.metadata).toStrictEqual({ name: "g", namespace: "default" });
    const before = { olds: { metadata: { name: "g" } } };
    expect(
      (await inputs("kubernetes:example.com/v1:Gadget", { metadata: { name: "g" } }, before)).metadata,
    ).toStrictEqual({
      name: "g",
    });
  });

  it("refuses a metadata that is no object, and a name that is no text: they say where the object lies", async () => {
    const type = "kubernetes:core/v1:ConfigMap";
    expect(await failures(type, { metadata: "a" })).toEqual([{ property: "metadata", reason: "must be an object" }]);
    const reason = "must be a string";
    expect(await failures(type, { metadata: { name: 5, namespace: ["a"] } })).toEqual([
      { property: "metadata.name", reason },
      { property: "metadata.namespace", reason },
    ]);
    expect(await failures(type, { metadata: { name: UNKNOWN, namespace: null } })).toEqual([]);
  });

  it("refuses generateName, a patch of a custom resource and a kind that is not the type's", async () => {
    expect(await failures("kubernetes:core/v1:Pod", { metadata: { generateName: "a-" } })).toStrictEqual([
      {
        property: "metadata.generateName",
        reason: "not possible with server-side apply; set metadata.name, or leave both out for an automatic name",
      },
    ]);
    expect((await failures("kubernetes:example.com/v1:WidgetPatch", { kind: "Widget" }))[0]?.reason).toMatch(
      /^WidgetPatch is not supported by cni-lab's own kubernetes plugin, as it patches objects of others/,
    );
    expect((await failures("kubernetes:core/v1:Pod", { kind: "Service" }))[0]?.reason).toBe(
      'is "Service": must be Pod, as the resource\'s type says',
    );
  });
});

it(`${row("`pulumi.com/waitFor`")}: an expression that is neither a path nor a condition is refused`, async () => {
  const waiting = (expression: string) =>
    failures("kubernetes:core/v1:Pod", { metadata: { annotations: { "pulumi.com/waitFor": expression } } });
  const rule = "must begin with jsonpath= or condition=, or be a JSON list of such";
  const property = 'metadata.annotations["pulumi.com/waitFor"]';
  expect(await waiting("delete")).toEqual([{ property, reason: `"delete": ${rule}` }]);
  expect(await waiting('["condition=Ready", "{.a}=1"]')).toEqual([{ property, reason: `"{.a}=1": ${rule}` }]);
  expect(await waiting("[]")).toEqual([{ property, reason: `"[]": ${rule}` }]);
  expect(await waiting("jsonpath={.a}=1")).toEqual([]);
});

it(`${row("warnings of Helm hooks")}: nothing is told`, async () => {
  const warned: string[] = [];
  const metadata = { name: "a", annotations: { "helm.sh/hook": "test" } };
  const type = "kubernetes:core/v1:Pod";
  const request = { urn: "urn", type, name: "a", news: { metadata }, olds: {}, randomSeed };
  const warning = (text: string): void => void warned.push(text);
  await check(request, new Connection({ kubeconfig: UNKNOWN }), scopes, { ...call, log: { ...log, warning } });
  expect(warned).toEqual([]);
});

it("a name is the same for one seed and another for the next", () => {
  const name = (seed: number) =>
    named({ object: {}, old: {}, resourceName: "web", randomSeed: new Uint8Array([seed]) }).metadata;
  expect(name(1)).toStrictEqual(name(1));
  expect(name(1)).not.toStrictEqual(name(2));
});

it("a field manager is the resource's own", () => {
  expect(fieldManagerOf("urn:a")).toMatch(/^pulumi-kubernetes-[0-9a-f]{8}$/);
  expect(fieldManagerOf("urn:a")).not.toBe(fieldManagerOf("urn:b"));
});
