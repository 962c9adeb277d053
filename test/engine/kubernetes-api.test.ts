import { describe, expect, it } from "vitest";
import { InitFailed, Secret, type Tree } from "../../toolchain/plugins/host";
import kinds from "../../toolchain/plugins/kubernetes/kinds.json";
import { fieldManagerOf } from "../../toolchain/plugins/kubernetes/naming";
import { row } from "../plugin-page";
import { benchOfFile, failureOf, Resource } from "./plugin-resource";
import { servedKinds } from "./served-kinds";

// The plugin's handlers, without an engine, against a real API server: what takes many small steps.

const bench = benchOfFile();

const json = async (...argv: string[]) => JSON.parse(await bench.api().kubectl("get", "-o", "json", ...argv));

describe(`${row("immutable fields")}: diff asks the API server`, () => {
  it("an immutable field that no rule names calls for a new object, under the name of the changed field", async () => {
    const priority = new Resource(bench, "kubernetes:scheduling.k8s.io/v1:PriorityClass", "p");
    await priority.create({ metadata: { name: "p" }, value: 10, description: "a" });
    expect(await priority.diff({ metadata: { name: "p" }, value: 11, description: "b" })).toEqual({
      changes: ["value", "description"],
      replaces: ["value"],
      deleteBeforeReplace: true,
    });
    expect((await priority.diff({ metadata: { name: "p" }, value: 10, description: "b" })).replaces).toEqual([]);
  });

  it("a wrong value does not: it fails as an update", async () => {
    const service = new Resource(bench, "kubernetes:core/v1:Service", "s");
    const spec = (port: number): Tree => ({ metadata: { name: "s" }, spec: { ports: [{ port }] } });
    await service.create(spec(80));
    expect((await service.diff(spec(99999))).replaces).toEqual([]);
    expect((await failureOf(service.update(spec(99999), true))).message).toMatch(/spec\.ports\[0\]\.port/);
    expect(
      (await service.diff({ metadata: { name: "s" }, spec: { ports: [{ port: 80 }], clusterIP: "10.0.0.77" } }))
        .replaces,
    ).toEqual(["spec.clusterIP"]);
  });

  it("a default that stands in the way goes, and its object stays", async () => {
    const web = new Resource(bench, "kubernetes:apps/v1:Deployment", "rolled");
    const labels = { app: "rolled" };
    const template = { metadata: { labels }, spec: { containers: [{ name: "c", image: "x" }] } };
    const spec = (rest: Tree): Tree => ({ replicas: 0, selector: { matchLabels: labels }, template, ...rest });
    const news = (rest: Tree): Tree => ({ metadata: { name: "rolled" }, spec: spec(rest) });
    await web.create(news({}));
    const recreated = news({ strategy: { type: "Recreate" } });
    expect((await web.diff(recreated)).replaces).toEqual([]);
    await web.update(recreated, true);
    expect((await web.update(recreated)).spec).toMatchObject({ strategy: { type: "Recreate" } });
    expect((await web.update(news({ strategy: { type: "RollingUpdate" } }))).spec).toMatchObject({
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%" } },
    });
  });

  it("a custom resource's own transition rule counts", async () => {
    const crd = new Resource(bench, "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", "crd");
    const rule = [{ rule: "self == oldSelf", message: "is immutable" }];
    const spec = { type: "object", properties: { zone: { type: "string", x_kubernetes_validations: rule } } };
    const schema = { openAPIV3Schema: { type: "object", properties: { spec } } };
    await crd.create({
      metadata: { name: "gates.example.com" },
      spec: {
        group: "example.com",
        scope: "Cluster",
        names: { plural: "gates", kind: "Gate" },
        versions: [{ name: "v1", served: true, storage: true, schema }],
      },
    });
    const gate = new Resource(bench, "kubernetes:example.com/v1:Gate", "gate");
    const outputs = await gate.create({ metadata: { name: "gate" }, spec: { zone: "a" } });
    expect(gate.id).toBe("gate");
    expect(outputs.metadata).not.toHaveProperty("namespace");
    expect((await gate.diff({ metadata: { name: "gate" }, spec: { zone: "b" } })).replaces).toEqual(["spec.zone"]);
    await crd.delete();
    expect(await gate.read()).toBeUndefined();
    await gate.delete();
  });
});

describe("create", () => {
  it("refuses an object that somebody else made, unless told to take it over", async () => {
    await bench.api().kubectl("create", "configmap", "theirs", "--from-literal=a=b");
    const news = { metadata: { name: "theirs" }, data: { c: "d" } };
    expect((await failureOf(new Resource(bench, "kubernetes:core/v1:ConfigMap", "m").create(news))).message).toMatch(
      /^ConfigMap default\/theirs already exists in the cluster, made by "kubectl-create"; delete it, /,
    );
    const upserting = new Resource(bench, "kubernetes:core/v1:ConfigMap", "m", { upsertExistingObjects: "true" });
    expect((await upserting.create(news)).data).toEqual({ a: "b", c: "d" });
  });

  it(`${row("a create that was killed before it was recorded")}: goes on with what it made itself`, async () => {
    const map = new Resource(bench, "kubernetes:core/v1:ConfigMap", "killed");
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "killed" }, data: { a: "b" } };
    await bench
      .api()
      .kubectlWith(object, "apply", "--server-side", `--field-manager=${fieldManagerOf(map.urn)}`, "-f", "-");
    expect((await map.create({ metadata: { name: "killed" }, data: { a: "c" } })).data).toEqual({ a: "c" });
  });

  it(`${row("an unknown field")} is refused by name, in the preview already`, async () => {
    const map = new Resource(bench, "kubernetes:core/v1:ConfigMap", "odd");
    const news = { metadata: { name: "odd" }, dta: { a: "b" } };
    expect((await failureOf(map.previewCreate(news))).message).toMatch(/unknown field "dta"/);
    expect((await failureOf(map.create(news))).message).toMatch(/\.dta: field not declared in schema/);
  });

  it("is as strict in an update and its preview, of custom resources too", async () => {
    const map = new Resource(bench, "kubernetes:core/v1:ConfigMap", "strict", { enableConfigMapMutable: "true" });
    await map.create({ metadata: { name: "strict" } });
    const odd = new Resource(bench, "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", "odds");
    await odd.create(definition("odds.example.com", "Odd", { size: { type: "integer" } }));
    const custom = new Resource(bench, "kubernetes:example.com/v1:Odd", "strict");
    const object = (spec: Tree): Tree => ({ metadata: { name: "strict" }, spec });
    const unknown = /sise/;
    expect((await failureOf(custom.previewCreate(object({ sise: 1 })))).message).toMatch(unknown);
    expect((await failureOf(custom.create(object({ sise: 1 })))).message).toMatch(unknown);
    await custom.create(object({ size: 1 }));
    for (const preview of [true, false]) {
      const message = async (work: Promise<unknown>) => (await failureOf(work)).message;
      expect(await message(map.update({ metadata: { name: "strict" }, dta: {} }, preview))).toMatch(/dta/);
      expect(await message(custom.update(object({ size: 1, sise: 1 }), preview))).toMatch(unknown);
    }
  });

  it(`${row("the field manager of a new object")}: is the resource's own, which applies it`, async () => {
    const map = new Resource(bench, "kubernetes:core/v1:ConfigMap", "own");
    await map.create({ metadata: { name: "own" }, data: { a: "b" } });
    const { metadata } = await json("configmap", "own", "--show-managed-fields");
    expect(metadata.managedFields).toMatchObject([{ manager: fieldManagerOf(map.urn), operation: "Apply" }]);
  });

  it("waits a moment for a namespace that is made beside it, and names it when it never comes", async () => {
    const map = new Resource(bench, "kubernetes:core/v1:ConfigMap", "early");
    const creating = map.create({ metadata: { name: "early", namespace: "soon" } });
    await expect.poll(() => bench.said.join("\n"), { timeout: 10_000 }).toMatch(/not yet: namespaces "soon" not found/);
    await bench.api().kubectl("create", "namespace", "soon");
    await creating;
    expect(map.id).toBe("soon/early");
  });
});

describe("waiting", () => {
  const job = (name: string, annotations: Tree = {}): Tree => ({
    metadata: { name, annotations },
    spec: { backoffLimit: 0, template: { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "x" }] } } },
  });
  const endPod = async (job: string, phase: string): Promise<void> => {
    let pod = "";
    await expect
      .poll(
        async () => {
          pod = await bench.api().kubectl("get", "pods", "-l", `job-name=${job}`, "-o", "name");
          return pod;
        },
        { timeout: 20_000 },
      )
      .not.toBe("");
    const terminated = { exitCode: phase === "Failed" ? 3 : 0, reason: phase };
    const containerStatuses = [
      { name: "c", image: "x", imageID: "", ready: false, restartCount: 0, state: { terminated } },
    ];
    const status = JSON.stringify({ status: { phase, containerStatuses } });
    await bench.api().kubectl("patch", pod, "--subresource=status", "-p", status);
  };

  it("a Job is awaited to its end", async () => {
    const done = new Resource(bench, "kubernetes:batch/v1:Job", "done");
    const creating = done.create(job("done"));
    await endPod("done", "Succeeded");
    await creating;
    expect((await json("job", "done")).status.succeeded).toBe(1);
  });

  it(`${row("a wait that fails")}: a Job is reported at once, with what its pods say`, async () => {
    const failing = new Resource(bench, "kubernetes:batch/v1:Job", "failing");
    const creating = failureOf(failing.create(job("failing")));
    await endPod("failing", "Failed");
    const error = await creating;
    expect(error).toBeInstanceOf(InitFailed);
    expect(error.message).toMatch(/^Job default\/failing has failed\n/);
    expect(error.message).toMatch(/condition Failed is True: Job has reached the specified backoff limit/);
    expect(error.message).toMatch(/pod failing-\w+: container c ended with 3 \(Failed\)/);
  });

  it(`${row("waits of workloads")}: what can't be waited for is recorded all the same`, async () => {
    const path = process.env.PATH;
    process.env.PATH = "/nowhere";
    try {
      const error = await failureOf(new Resource(bench, "kubernetes:batch/v1:Job", "unseen").create(job("unseen")));
      expect(error).toBeInstanceOf(InitFailed);
      expect(error.message).toMatch(
        /^Job default\/unseen can't be waited for: kubectl is neither beside the plugin nor on PATH; run \.\/lab up/,
      );
    } finally {
      process.env.PATH = path;
    }
  });

  it("a Job that did not complete is replaced where the program says so", async () => {
    const annotations = { "pulumi.com/skipAwait": "true", "pulumi.com/replaceUnready": "true" };
    const news = job("again", annotations);
    const again = new Resource(bench, "kubernetes:batch/v1:Job", "again");
    await again.create(news);
    const path = 'metadata.annotations["pulumi.com/replaceUnready"]';
    expect(await again.diff(news)).toEqual({ changes: [path], replaces: [path], deleteBeforeReplace: true });
    await endPod("again", "Succeeded");
    await expect.poll(async () => (await again.diff(news)).changes, { timeout: 20_000 }).toEqual([]);
  });

  it("an expression of the program's own is awaited instead", async () => {
    const annotations = { "pulumi.com/waitFor": "jsonpath={.metadata.labels.go}=yes" };
    const map = new Resource(bench, "kubernetes:core/v1:ConfigMap", "wait");
    const error = await failureOf(map.create({ metadata: { name: "wait", annotations } }, 1));
    expect(error.message).toMatch(/^ConfigMap default\/wait was not ready within 1 s/);
    await bench.api().kubectl("label", "configmap", "wait", "go=yes");
    const again = new Resource(bench, "kubernetes:core/v1:ConfigMap", "wait");
    await again.create({ metadata: { name: "wait", annotations } }, 20);
  });
});

describe("read", () => {
  it("imports an object without what the server writes", async () => {
    const imported = await new Resource(bench, "kubernetes:core/v1:Namespace", "n").read("kube-system");
    expect(imported?.inputs).toEqual({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { labels: { "kubernetes.io/metadata.name": "kube-system" }, name: "kube-system" },
      spec: { finalizers: ["kubernetes"] },
    });
    expect(imported?.outputs.__initialApiVersion).toBe("v1");
  });

  it("sees a change of a Secret behind its stringData, and keeps it secret", async () => {
    const secret = new Resource(bench, "kubernetes:core/v1:Secret", "word");
    await secret.create({ metadata: { name: "word" }, stringData: { word: "old" } });
    expect((await secret.read())?.inputs).toEqual(secret.inputs);
    const data = { word: Buffer.from("new").toString("base64") };
    await bench.api().kubectl("patch", "secret", "word", "-p", JSON.stringify({ data }));
    expect((await secret.read())?.inputs.stringData).toEqual(new Secret({ word: "new" }));
  });

  it("knows nothing of an object that is gone", async () => {
    expect(await new Resource(bench, "kubernetes:core/v1:ConfigMap", "x").read("default/gone")).toBeUndefined();
  });
});

describe("update", () => {
  it("hands the fields to another manager, and lets the old one go", async () => {
    const map = new Resource(bench, "kubernetes:core/v1:ConfigMap", "hand", { enableConfigMapMutable: "true" });
    const news = (value: string, annotations: Tree = {}): Tree => ({
      metadata: { name: "hand", annotations },
      data: { a: value, same: "x" },
    });
    await map.create(news("1"));
    const annotations = { "pulumi.com/patchFieldManager": "chosen", "pulumi.com/patchForce": "true" };
    await map.update(news("2", annotations));
    const owners = (await json("configmap", "hand", "--show-managed-fields")).metadata.managedFields;
    expect(owners.map(({ manager }: { manager: string }) => manager)).toEqual(["chosen"]);
    expect(map.state.__fieldManager).toBe("chosen");
  });

  it(`${row("the preview of an update that takes fields over")}: what the official plugin made, so that it goes`, async () => {
    const map = new Resource(bench, "kubernetes:core/v1:ConfigMap", "theirs", { enableConfigMapMutable: "true" });
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "made" }, data: { a: "1", b: "1" } };
    await bench.api().kubectlWith(object, "create", "--field-manager=pulumi-kubernetes", "-f", "-");
    map.id = "default/made";
    map.inputs = await map.check({ metadata: { name: "made" }, data: { a: "1", b: "1" } });
    await map.update({ metadata: { name: "made" }, data: { a: "2" } }, true);
    expect((await map.update({ metadata: { name: "made" }, data: { a: "2" } })).data).toEqual({ a: "2" });
    const { metadata } = await json("configmap", "made", "--show-managed-fields");
    expect(metadata.managedFields).toHaveLength(1);
  });

  it("takes over what a person set by kubectl, as it does not belong to another program", async () => {
    const map = new Resource(bench, "kubernetes:core/v1:ConfigMap", "edited", { enableConfigMapMutable: "true" });
    const news = (data: Tree): Tree => ({ metadata: { name: "edited" }, data });
    const patch = (data: Tree, ...how: string[]) =>
      bench.api().kubectl("patch", "configmap", "edited", "-p", JSON.stringify({ data }), ...how);
    await map.create(news({ a: "1" }));
    await patch({ a: "theirs", b: "theirs" });
    await patch({ c: "theirs" }, "--field-manager=someone");
    await map.update(news({ a: "2" }), true);
    expect((await map.update(news({ a: "2" }))).data).toEqual({ a: "2", c: "theirs" });
    // What belongs to another program is a conflict, in the preview as well.
    for (const preview of [true, false]) {
      const { message } = await failureOf(map.update(news({ a: "2", c: "mine" }), preview));
      expect(message).toContain('data.c is owned by "someone"');
    }
  });

  it(`${row("a CustomResourceDefinition's update")}: keeps what others set`, async () => {
    const crd = new Resource(bench, "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", "kept");
    const news = (sizes: Tree): Tree => definition("kepts.example.com", "Kept", { size: sizes });
    await crd.create(news({ type: "integer" }));
    const theirs = JSON.stringify({ spec: { names: { categories: ["theirs"] } } });
    const who = ["--type=merge", "--field-manager=someone"];
    await bench.api().kubectl("patch", "crd", "kepts.example.com", "-p", theirs, ...who);
    const { spec } = await crd.update(news({ type: "integer", description: "how big" }));
    expect(spec).toMatchObject({ names: { categories: ["theirs"] } });
    expect(JSON.stringify(spec)).toContain("how big");
  });

  it(`${row("an object that vanished, at its update")}: is made again`, async () => {
    const map = new Resource(bench, "kubernetes:core/v1:ConfigMap", "again", { enableConfigMapMutable: "true" });
    await map.create({ metadata: { name: "again" }, data: { a: "1" } });
    await bench.api().kubectl("delete", "configmap", "again");
    expect((await map.update({ metadata: { name: "again" }, data: { a: "2" } })).data).toEqual({ a: "2" });
  });
});

describe("delete", () => {
  it("takes a workload's pods along, and does not mind what is gone", async () => {
    const web = new Resource(bench, "kubernetes:apps/v1:Deployment", "web");
    const labels = { app: "web" };
    const annotations = { "pulumi.com/skipAwait": "true" };
    const template = { metadata: { labels }, spec: { containers: [{ name: "c", image: "x" }] } };
    await web.create({ metadata: { name: "web", annotations }, spec: { selector: { matchLabels: labels }, template } });
    await expect
      .poll(() => bench.api().kubectl("get", "pods", "-l", "app=web", "-o", "name"), { timeout: 20_000 })
      .not.toBe("");
    web.inputs = { ...web.inputs, metadata: { name: "web", namespace: "default" } };
    web.state = { ...web.state, __inputs: web.inputs };
    const pod = await bench.api().kubectl("get", "pods", "-l", "app=web", "-o", "name");
    const hold = (finalizers: string[] | null) =>
      bench.api().kubectl("patch", pod, "--type=merge", "-p", JSON.stringify({ metadata: { finalizers } }));
    await hold(["example.com/hold"]);
    expect((await failureOf(web.delete(1))).message).toMatch(/waits for its finalizers foregroundDeletion/);
    await hold(null);
    await web.delete();
    expect(await bench.api().kubectl("get", "pods", "-l", "app=web", "-o", "name")).toBe("");
    await web.delete();
  });

  it(`${row("deletion of kinds that own no others")}: says what holds one that does not go in time`, async () => {
    const map = new Resource(bench, "kubernetes:core/v1:ConfigMap", "held");
    await map.create({ metadata: { name: "held", finalizers: ["example.com/hold"] } });
    expect((await failureOf(map.delete(1))).message).toBe(
      "ConfigMap default/held is being deleted, but still there after 1 s: waits for its finalizers example.com/hold",
    );
    setTimeout(() => bench.aborter.abort(), 500);
    expect((await failureOf(map.delete(30))).message).toMatch(/was still there when this was cancelled|cancelled/);
  });

  it("tells the way out when the cluster is gone, and takes it when told to", async () => {
    const gone = { kubeconfig: bench.api().kubeconfig.replace(bench.api().server, "https://127.0.0.1:1") };
    const lost = new Resource(bench, "kubernetes:core/v1:ConfigMap", "lost", gone);
    const unreachable =
      /^Kubernetes API server https:\/\/127\.0\.0\.1:1 can't be reached: .*ECONNREFUSED.*; check that the cluster runs/;
    expect((await failureOf(lost.create({ metadata: { name: "lost" } }))).message).toMatch(unreachable);
    lost.id = "default/lost";
    const error = await failureOf(lost.delete());
    expect(error.message).toMatch(unreachable);
    expect(error.message).toContain("PULUMI_K8S_DELETE_UNREACHABLE=true");
    const dropped = new Resource(bench, "kubernetes:core/v1:ConfigMap", "lost", { ...gone, deleteUnreachable: "true" });
    dropped.id = "default/lost";
    await dropped.delete();
    expect(bench.said.join()).toMatch(/dropped from the state, as deleteUnreachable is set/);
    expect(await dropped.read()).toBeUndefined();
  });
});

/** A custom kind in namespaces, with these fields in its spec. */
function definition(name: string, kind: string, properties: Tree): Tree {
  const [plural = "", ...group] = name.split(".");
  const openAPIV3Schema = { type: "object", properties: { spec: { type: "object", properties } } };
  return {
    metadata: { name },
    spec: {
      group: group.join("."),
      scope: "Namespaced",
      names: { plural, kind },
      versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
}

it("the kinds of the package's schema are those that the API server serves, with their fields", async () => {
  expect(kinds).toMatchObject(await servedKinds(bench.api()));
});
