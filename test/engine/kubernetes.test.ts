import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { locateToolchain } from "../../toolchain";
import { row } from "../plugin-page";
import { type ControlPlane, startControlPlane } from "./apiserver";
import { installPclLanguage } from "./pcl";
import { alive, eventually, type Operation, PulumiProject, type Result } from "./support";

const SECRET = "s3cr3t-w0rd";

let api: ControlPlane;
let project: PulumiProject;
beforeAll(async () => {
  const { binDir } = locateToolchain();
  [api, project] = await Promise.all([startControlPlane(binDir), PulumiProject.make(binDir, ["kubernetes"])]);
  // The program reads it from its own folder: a path that stays the same.
  writeFileSync(join(project.dir, "kubeconfig"), api.kubeconfig);
});
afterAll(async () => {
  await api?.stop();
  await project?.dispose();
});

const expectOk = ({ exitCode, output }: Result): string => {
  expect(exitCode, output).toBe(0);
  expect(output).not.toContain(SECRET);
  return output;
};
/** How many resources each kind of step was for, in an operation that ended well. */
const changesOf = (operation: Operation) => {
  expectOk(operation);
  return operation.changes;
};
const expectFailure = ({ exitCode, output }: Result): string => {
  expect(exitCode, output).not.toBe(0);
  expect(output).not.toMatch(/\n\s+at .*\.js:\d+/);
  return output;
};
const json = async (...argv: string[]) => JSON.parse(await api.kubectl("get", "-o", "json", ...argv));
/** Name and resourceVersion of everything the stack made. */
const versions = async (): Promise<string> =>
  await api.kubectl(
    "get",
    "configmap,secret,daemonset,deployment,widget,service",
    "-n",
    "lab",
    "-o",
    "jsonpath={range .items[*]}{.kind}/{.metadata.name}={.metadata.resourceVersion} {end}",
  );

interface Variant {
  /** Of the automatically named ConfigMap. */
  readonly data?: string;
  /** Of the ConfigMap with a name. */
  readonly label?: string;
  readonly image?: string;
  readonly selector?: string;
  readonly size?: number;
  readonly force?: boolean;
  /** More resources, as text of the program. */
  readonly more?: string;
}

/** A namespace with a bit of everything: values that depend on others, a secret, a workload, a custom resource. */
const program = ({
  data = "1",
  label = "a",
  image = "x",
  selector = "ds",
  size = 1,
  force = false,
  more = "",
}: Variant) => `
  const provider = new k8s.Provider("cluster", { kubeconfig: "kubeconfig" });
  const opts = { provider };
  const namespace = new k8s.core.v1.Namespace("lab", { metadata: { name: "lab" } }, opts);
  const inLab = (rest) => ({ namespace: namespace.metadata.name, ...rest });
  const auto = new k8s.core.v1.ConfigMap("auto", { metadata: inLab(), data: { a: "${data}" } }, opts);
  const named = new k8s.core.v1.ConfigMap("named", {
    metadata: inLab({ name: "named", labels: { label: "${label}" }, annotations: ${force ? '{ "pulumi.com/patchForce": "true" }' : "{}"} }),
    data: { a: "b" },
  }, opts);
  const secret = new k8s.core.v1.Secret("secret", { metadata: inLab({ name: "secret" }), stringData: { word: "${SECRET}" } }, opts);
  const mixed = new k8s.core.v1.ConfigMap("mixed", {
    metadata: inLab({ name: "mixed" }), data: { open: "yes", hidden: pulumi.secret("${SECRET}") },
  }, opts);
  const labels = { app: "${selector}" };
  const ds = new k8s.apps.v1.DaemonSet("ds", {
    metadata: inLab({ name: "ds" }),
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{
      name: "c", image: "${image}", resources: { limits: { cpu: "1000m" } },
      env: [{ name: "MAP", value: auto.metadata.name }, { name: "UID", value: auto.metadata.uid }],
    }] } } },
  }, opts);
  const crd = new k8s.apiextensions.v1.CustomResourceDefinition("crd", {
    metadata: { name: "widgets.example.com" },
    spec: { group: "example.com", scope: "Namespaced", names: { plural: "widgets", singular: "widget", kind: "Widget" },
      versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object", properties: {
        spec: { type: "object", x_kubernetes_preserve_unknown_fields: true } } } } }] },
  }, opts);
  const widget = new k8s.apiextensions.CustomResource("widget", {
    apiVersion: "example.com/v1", kind: "Widget", metadata: inLab({ name: "widget" }), spec: { size: ${size} },
  }, { ...opts, dependsOn: crd });
  ${more}
  exports.auto = auto.metadata.name;
  exports.desired = ds.status.desiredNumberScheduled;
`;

describe("kubernetes under the real engine", () => {
  it("previews a program whose namespace, kinds and values do not exist yet", async () => {
    await project.program(program({}));
    expect(changesOf(await project.preview())).toEqual({ create: 10 });
    expect(await api.kubectl("get", "namespaces")).not.toContain("lab ");
  });

  it("creates it, custom resource and its definition in one update, and waits for what has to come up", async () => {
    const made = await project.up();
    expect(changesOf(made)).toEqual({ create: 10 });
    expect(made.output).toMatch(/DaemonSet ds created .*successfully rolled out/);
    const auto = project.recorded("auto");
    expect(auto?.id).toMatch(/^lab\/auto-[0-9a-f]{8}$/);
    const daemonset = await json("daemonset", "ds", "-n", "lab");
    expect(daemonset.spec.template.spec.containers[0].env).toContainEqual({
      name: "UID",
      value: auto?.outputs.metadata.uid,
    });
    expect((await json("widget", "widget", "-n", "lab")).spec).toEqual({ size: 1 });
    expect(await api.kubectl("get", "secret", "secret", "-n", "lab", "-o", "jsonpath={.data.word}")).toBe(
      Buffer.from(SECRET).toString("base64"),
    );
  });

  it("writes state as the official plugin does, without any secret in clear", () => {
    const state = project.stateText();
    for (const clear of [SECRET, Buffer.from(SECRET).toString("base64")]) expect(state).not.toContain(clear);
    const { outputs } = project.recorded("mixed") ?? {};
    expect(outputs).toMatchObject({
      data: { open: "yes", hidden: { ciphertext: expect.any(String) } },
      __inputs: { data: { open: "yes", hidden: { ciphertext: expect.any(String) } } },
      __initialApiVersion: "v1",
      __fieldManager: expect.stringMatching(/^pulumi-kubernetes-[0-9a-f]{8}$/),
    });
    expect(outputs.metadata.managedFields).toBeUndefined();
  });

  it("does nothing when nothing changed, after a refresh too: not one object is written", async () => {
    const before = await versions();
    expect(changesOf(await project.refresh())).toEqual({ same: 10 });
    expect(changesOf(await project.up())).toEqual({ same: 10 });
    expect(await versions()).toBe(before);
  });

  it("updates in place, and replaces where a field is immutable or the official plugin would", async () => {
    await project.program(program({ data: "2", label: "z", selector: "other", size: 2 }));
    const before = project.recorded("auto")?.id;
    const changes = { same: 6, update: 2, replace: 2 };
    expect(changesOf(await project.preview("--diff"))).toEqual(changes);
    expect(changesOf(await project.up())).toEqual(changes);
    expect(project.recorded("auto")?.id).not.toBe(before);
    expect((await json("configmap", "-n", "lab")).items.map((map: { data: unknown }) => map.data)).toContainEqual({
      a: "2",
    });
    expect((await json("daemonset", "ds", "-n", "lab")).spec.selector.matchLabels).toEqual({ app: "other" });
    expect((await json("widget", "widget", "-n", "lab")).spec).toEqual({ size: 2 });
  });

  it("names the field and the other manager in a conflict, and takes over when told to", async () => {
    const changed = { metadata: { labels: { label: "theirs" } } };
    await api.kubectl(
      "patch",
      "configmap",
      "named",
      "-n",
      "lab",
      "--field-manager=someone",
      "-p",
      JSON.stringify(changed),
    );
    const variant: Variant = { data: "2", label: "ours", selector: "other", size: 2 };
    await project.program(program(variant));
    const output = expectFailure(await project.up());
    expect(output).toContain('metadata.labels.label is owned by "someone"');
    expect(output).toContain("pulumi.com/patchForce");
    await project.program(program({ ...variant, force: true }));
    expect(changesOf(await project.up())).toMatchObject({ update: 1 });
    expect((await json("configmap", "named", "-n", "lab")).metadata.labels).toEqual({ label: "ours" });
  });

  it("finds by refresh what changed and what vanished, and the next update mends both", async () => {
    const theirs = JSON.stringify({ metadata: { labels: { label: "drifted", more: "theirs" } } });
    await api.kubectl("patch", "configmap", "named", "-n", "lab", "-p", theirs);
    await api.kubectl("delete", "configmap", "mixed", "-n", "lab");
    expect(changesOf(await project.refresh())).toEqual({ same: 8, update: 1, delete: 1 });
    expect(project.recorded("mixed")).toBeUndefined();
    expect(project.recorded("named")?.inputs.metadata.labels).toEqual({ label: "drifted" });
    expect(changesOf(await project.up())).toEqual({ same: 8, update: 1, create: 1 });
    // What a person adds by kubectl goes with the next update, as with the official plugin.
    expect((await json("configmap", "named", "-n", "lab")).metadata.labels).toEqual({ label: "ours" });
  });

  it("records what did not become ready in time, says why, and goes on with it", async () => {
    await project.program(
      program({ ...settled, more: deployment("{ customTimeouts: { create: '3s', update: '60s' } }") }),
    );
    const output = expectFailure(await project.up());
    expect(output).toMatch(/Deployment lab\/web was not ready within 3 s: .*0 of 1 updated replicas are available/);
    expect(output).toMatch(/pod web-\S+: Pending, not ready/);
    expect(project.recorded("web")?.initErrors?.[0]).toMatch(/^Deployment lab\/web was not ready within 3 s/);
    expect(project.recorded("web")?.id).toBe("lab/web");
    // A refresh finds it no more ready than it was.
    expect(expectOk(await project.refresh()).match(/Deployment lab\/web was not ready/)).not.toBeNull();
    expect(project.recorded("web")?.initErrors?.[0]).toMatch(/^Deployment lab\/web was not ready within 1 s/);

    await markPodsReady("app=web");
    expect(changesOf(await project.up())).toEqual({ same: 10, update: 1 });
    expect(project.recorded("web")?.initErrors).toBeUndefined();
  });

  it("stops waiting on Ctrl-C, keeps what there is, and leaves no process behind", async () => {
    await project.program(program({ ...settled, more: deployment("{}", "stuck") }));
    const up = project.start("up", "--yes", "--skip-preview");
    await eventually("kubectl waits", () => processes(project.dir, "deployment/stuck")[0], 60_000);
    const waiting = processes(project.dir);
    expect(waiting.length).toBeGreaterThanOrEqual(2);
    up.kill("SIGINT");
    await new Promise((resolve) => up.once("close", resolve));
    expect(up.exitCode).not.toBe(0);
    await eventually("no process is left", () => (waiting.some(alive) ? undefined : true));
    expect(project.recorded("stuck")?.initErrors?.[0]).toMatch(
      /^Deployment lab\/stuck was not ready yet when this was cancelled/,
    );

    await project.program(program({ ...settled, more: deployment("{}", "stuck", '"pulumi.com/skipAwait": "true"') }));
    expect(changesOf(await project.up())).toMatchObject({ update: 1 });
    expect(project.recorded("stuck")?.initErrors).toBeUndefined();
  });

  it("refuses by name what it does not implement", async () => {
    await project.program(
      program({ ...settled, more: 'new k8s.core.v1.ServicePatch("p", { metadata: { name: "a" } }, opts);' }),
    );
    expect(expectFailure(await project.preview())).toContain(
      'resource type is "kubernetes:core/v1:ServicePatch": not supported by cni-lab\'s own kubernetes plugin, as it patches objects of others; declare the whole object',
    );
  });

  it.each([
    ['new k8s.yaml.v2.ConfigGroup("g", { yaml: "" }, opts);', "kubernetes:yaml/v2:ConfigGroup", "it reads YAML files"],
    ['new k8s.yaml.ConfigGroup("o", { yaml: "a: b" }, opts);', "kubernetes:yaml:decode", "it reads YAML files"],
  ])("refuses by name, with a way out: %s", async (more, token, why) => {
    await project.program(program({ ...settled, more }));
    const output = expectFailure(await project.preview());
    expect(output).toContain(token);
    expect(output).toContain(`not supported by cni-lab's own kubernetes plugin, as ${why}`);
    expect(output).toContain("or use the official plugin (CNI_LAB_PLUGINS=official)");
  });

  it("destroys everything, and waits for what a finalizer holds", async () => {
    const finalizers = JSON.stringify({ metadata: { finalizers: ["example.com/hold"] } });
    await api.kubectl("patch", "widget", "widget", "-n", "lab", "--type=merge", "-p", finalizers);
    const destroying = project.destroy();
    await waitUntil(async () => (await json("widget", "widget", "-n", "lab")).metadata.deletionTimestamp !== undefined);
    await sleep(1000);
    expect(project.recorded("widget")).toBeDefined();
    await api.kubectl(
      "patch",
      "widget",
      "widget",
      "-n",
      "lab",
      "--type=merge",
      "-p",
      '{"metadata":{"finalizers":null}}',
    );
    expectOk(await destroying);
    expect(await api.kubectl("get", "namespaces,crd", "-o", "name")).not.toMatch(/lab|widgets/);
  });
});

it("imports an object by the command that the refusal of a foreign one names", async () => {
  await api.kubectl("create", "configmap", "foreign", "--from-literal=a=b");
  await project.program(`
    const provider = new k8s.Provider("cluster", { kubeconfig: "kubeconfig" });
    new k8s.core.v1.ConfigMap("foreign", { metadata: { name: "foreign" }, data: { a: "b" } }, { provider });`);
  const refusal = expectFailure(await project.up());
  expect(refusal).toContain('made by "kubectl-create"');
  const [, command = ""] = /`pulumi (import [^`]*)`/.exec(refusal) ?? [];
  const provider = project.recorded("cluster");
  const reference = `cluster=${provider?.urn}`;
  const what = ["kubernetes:core/v1:ConfigMap", "foreign", "default/foreign"];
  const imported = await project.run(
    ...command.split(" "),
    ...what,
    "--provider",
    reference,
    "--yes",
    "--protect=false",
  );
  expectOk(imported);
  expect(project.recorded("foreign")?.inputs.data).toEqual({ a: "b" });
  expect(expectOk(await project.up())).not.toMatch(/created|replaced/);
  expectOk(await project.destroy());
});

it(`${row("`pulumi import`, `convert`, programs in YAML")}: an import writes the object's code`, async () => {
  await api.kubectl("create", "configmap", "coded", "--from-literal=a=b");
  await project.program('new k8s.Provider("cluster", { kubeconfig: "kubeconfig" });');
  expectOk(await project.up());
  const reference = `cluster=${project.recorded("cluster")?.urn}`;
  const manifest = project.file("Pulumi.yaml") ?? "";
  await installPclLanguage(join(project.dir, "home"));
  writeFileSync(join(project.dir, "Pulumi.yaml"), "name: engine-test\nruntime: pcl\n");
  try {
    const what = ["kubernetes:core/v1:ConfigMap", "coded", "default/coded", "--provider", reference];
    expectOk(await project.run("import", ...what, "--yes", "--protect=false", "--out", "imported"));
  } finally {
    writeFileSync(join(project.dir, "Pulumi.yaml"), manifest);
  }
  const code = project.file("imported") ?? "";
  expect(code).toMatch(/^resource "?coded"? "kubernetes:core\/v1:ConfigMap" \{/m);
  expect(code).toMatch(/data =\s*\{\s*"a" = "b"\s*\}/);
  expectOk(await project.destroy());
});

it("hands out its schema", async () => {
  const folder = join(project.dir, "home/plugins/resource-kubernetes-v4.34.2");
  const said = expectOk(await project.run("package", "get-schema", join(folder, "pulumi-resource-kubernetes")));
  const { name, version, resources } = JSON.parse(said.slice(said.indexOf("{")));
  expect({ name, version }).toEqual({ name: "kubernetes", version: "4.34.2" });
  expect(Object.keys(resources["kubernetes:core/v1:ConfigMap"].inputProperties).sort()).toEqual([
    "apiVersion",
    "binaryData",
    "data",
    "immutable",
    "kind",
    "metadata",
  ]);
});

describe("ignoreChanges beside another manager", () => {
  const scaled = (label: string, replicas: number, force: boolean): string => `
    const provider = new k8s.Provider("cluster", { kubeconfig: "kubeconfig", enablePatchForce: ${force} });
    const labels = { app: "scaled" };
    new k8s.apps.v1.Deployment("scaled", {
      metadata: { name: "scaled", labels: { label: "${label}" }, annotations: { "pulumi.com/skipAwait": "true" } },
      spec: { replicas: ${replicas}, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [
        { name: "c", image: "x" }] } } },
    }, { provider, ignoreChanges: ["spec.replicas"] });`;
  const replicas = async (): Promise<number> => (await json("deployment", "scaled")).spec.replicas;

  it("what an autoscaler set stays through update and refresh, whether the provider forces or not", async () => {
    await project.program(scaled("a", 2, false));
    expectOk(await project.up());
    expect(await replicas()).toBe(2);
    await api.kubectl("scale", "deployment", "scaled", "--replicas=5");

    await project.program(scaled("b", 3, true));
    // The provider is another one too.
    expect(changesOf(await project.preview())).toEqual({ same: 1, update: 2 });
    expect(changesOf(await project.up())).toEqual({ same: 1, update: 2 });
    expect((await json("deployment", "scaled")).metadata.labels).toEqual({ label: "b" });
    expect(await replicas()).toBe(5);

    expectOk(await project.refresh());
    await api.kubectl("scale", "deployment", "scaled", "--replicas=6");
    await project.program(scaled("c", 3, false));
    expectOk(await project.up());
    expect(await replicas()).toBe(6);
    expectOk(await project.destroy());
  });
});

/** What the stack is left at by the tests of updates. */
const settled: Variant = { data: "2", label: "ours", selector: "other", size: 2, force: true };

/** A workload that no node will ever run. */
function deployment(timeouts: string, name = "web", annotation = ""): string {
  return `new k8s.apps.v1.Deployment("${name}", {
    metadata: inLab({ name: "${name}", annotations: { ${annotation} } }),
    spec: { selector: { matchLabels: { app: "${name}" } }, template: { metadata: { labels: { app: "${name}" } },
      spec: { containers: [{ name: "c", image: "x" }] } } },
  }, { ...opts, ...${timeouts} });`;
}

/** Says of pods what a kubelet would. */
async function markPodsReady(selector: string): Promise<void> {
  const [pod] = (await json("pods", "-n", "lab", "-l", selector)).items;
  const status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
  await api.kubectl(
    "patch",
    "pod",
    pod.metadata.name,
    "-n",
    "lab",
    "--subresource=status",
    "-p",
    JSON.stringify({ status }),
  );
}

/** Processes that were started from a folder, by their ids: the plugin and its kubectl. */
function processes(folder: string, holding = ""): number[] {
  const ids = readdirSync("/proc").map(Number).filter(Number.isInteger);
  return ids.filter((id) => {
    try {
      const line = readFileSync(`/proc/${id}/cmdline`, "utf8");
      return line.includes(join(folder, "home", "plugins")) && line.includes(holding);
    } catch {
      return false;
    }
  });
}

async function waitUntil(probe: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await probe())) {
    if (Date.now() > deadline) throw new Error("not within 60 s");
    await sleep(200);
  }
}
