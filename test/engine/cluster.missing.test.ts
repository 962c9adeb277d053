import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { locateToolchain } from "../../toolchain";
import { type ControlPlane, startControlPlane } from "./apiserver";
import { type Door, openDoor } from "./door";
import { FakePodman } from "./fake-podman";
import { eventually, PulumiProject, type Result } from "./support";

/** The whole lab's program, with a container engine that only keeps books, and the API of a cluster without nodes. */
const stacks = resolve(__dirname, "../../stacks");
const lan = "127.28.7.0/24";
const { binDir } = locateToolchain();
const [n1, n2] = ["cni-lab-test-n1", "cni-lab-test-n2"];
// Each test is a whole lab's updates and previews.
vi.setConfig({ testTimeout: 15 * 60_000, hookTimeout: 5 * 60_000 });
let folder: string;
let podman: FakePodman;
let project: PulumiProject;
let api: ControlPlane;
let door: Door;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "cni-lab-missing-"));
  const bin = join(folder, "bin");
  mkdirSync(bin);
  for (const name of readdirSync(binDir)) symlinkSync(join(binDir, name), join(bin, name));
  podman = FakePodman.make(bin, join(folder, "engine"));
  project = await PulumiProject.make(bin, ["command", "kubernetes"]);
  door = await openDoor("127.28.7.11", 6443);
  await newApi();
  await setProgram();
});
afterAll(async () => {
  await door?.close();
  await project?.dispose();
  await api?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** An empty cluster takes the place of the one before, whose address does not answer from now on. */
async function newApi(): Promise<void> {
  const before = api;
  door.leadTo(undefined);
  api = await startControlPlane(binDir);
  await before?.stop();
  const config = JSON.parse(api.kubeconfig);
  config.clusters[0].cluster = { "insecure-skip-tls-verify": true };
  podman.setKubeconfig(JSON.stringify(config));
}

async function setProgram(values: Record<string, string> = {}, nodeImage = "node:1"): Promise<void> {
  const config = JSON.stringify({ nodes: "2", ...values });
  await project.program(`
    // No node ever runs a pod: nobody waits for one behind a Service.
    const skipAwait = { "pulumi.com/skipAwait": "true" };
    pulumi.runtime.registerStackTransformation(({ type, props, opts }) =>
      type === "kubernetes:core/v1:Service"
        ? { props: { ...props, metadata: { ...props.metadata, annotations: skipAwait } }, opts }
        : undefined);
    const { buildLab } = require(${JSON.stringify(join(stacks, "lab"))});
    const { parseLabConfig } = require(${JSON.stringify(join(stacks, "schema"))});
    const settings = { ...parseLabConfig(${config}), stack: "test", lanCidr: "${lan}", nodeImage: "${nodeImage}" };
    module.exports = buildLab(settings);
  `);
}

/** One update; the API answers as soon as the control plane's container is there. */
async function up(): Promise<Result & { readonly did: string[] }> {
  podman.takeLog();
  const updated = project.up();
  let over = false;
  void updated.finally(() => {
    over = true;
  });
  await eventually("the control plane", () => over || podman.list("containers").includes(n1) || undefined);
  door.leadTo(Number(new URL(api.server).port));
  return { ...(await updated), did: podman.takeLog() };
}

const ids = () => podman.list("containers").map((name) => podman.idOf(name));
const podmanPath = () => `${join(folder, "bin")}:${process.env.PATH}`;
const daemonSets = () => api.kubectl("get", "daemonsets", "-A", "-o", "name");
const whole = ["daemonset.apps/probe", "daemonset.apps/probe2", "daemonset.apps/kube-flannel-ds"].sort();

/** Everything is there and recorded as it is: nothing is left to be done. */
async function expectSettled(): Promise<void> {
  expect((await daemonSets()).split("\n").sort()).toEqual(whole);
  const again = await project.preview("--expect-no-changes");
  expect(again.exitCode, again.output).toBe(0);
  expect(again.output).not.toContain("is not there");
}

test("a new cluster is made without a word of what is missing", async () => {
  const { exitCode, output, did } = await up();
  expect(exitCode, output).toBe(0);
  expect(output).not.toContain("is not there");
  expect(did.sort()).toEqual(["create cni-lab-test", `run ${n1}`, `run ${n2}`]);
  await expectSettled();
});

test("everything says whose it is: the backend's that holds its state", () => {
  expect(podman.owners()).toEqual([`file://${join(project.dir, "state")}`]);
});

test.each([
  [
    "another's",
    "file:///x/cni-lab/pulumi",
    "is another's, of the lab whose state is in /x/cni-lab: container",
    /XDG_STATE_HOME=\/x \.\/lab down test/,
  ],
  [
    "nobody's, and in no state",
    "",
    "is not of this state, which does not hold what says not whose it is: container",
    /\.\/lab down test --force/,
  ],
])("a cluster that is %s is refused by name, and lives", async (_, owner, whose, mend) => {
  const own = `file://${join(project.dir, "state")}`;
  const before = ids();
  const ownState = project.stateText();
  if (owner === "") project.editState(() => []);
  podman.setOwner(owner);
  for (const act of ["preview", "up"] as const) {
    const { exitCode, output } = await project[act]();
    expect(exitCode).not.toBe(0);
    expect(output).toContain(`stack is "test": ${whose} ${n1}, container ${n2}, network cni-lab-test; `);
    expect(output).toMatch(mend);
    expect(output).not.toMatch(/unhandled|\.[jt]s:\d/);
  }
  expect(ids()).toEqual(before);
  expect(podman.takeLog()).toEqual([]);
  project.setState(ownState);
  podman.setOwner(own);
  await expectSettled();
});

test("a recorded deletion leaves what is another's", async () => {
  const before = ids();
  podman.setOwner("file:///x");
  for (const name of ["cluster-n1", "cluster-n2", "cluster-lan"]) {
    await execa("sh", ["-c", project.recorded(name)?.inputs.delete], { env: { PATH: podmanPath() } });
  }
  expect([ids(), podman.list("networks")]).toEqual([before, ["cni-lab-test"]]);
  podman.setOwner(`file://${join(project.dir, "state")}`);
});

test("a worker that is gone is made anew and joins, and nothing else changes", async () => {
  const [first] = ids();
  podman.lose("containers", n2);
  const previewed = await project.preview();
  const missing = `n2 (the container ${n2}) is not there: it is made, and joins`;
  expect(previewed.output).toContain(missing);
  expect(previewed.output).toMatch(/\+- .*cluster-n2-join .*replace/);
  expect(previewed.output).not.toMatch(/cluster-n1|DaemonSet/);

  const { exitCode, output, did } = await up();
  expect(exitCode, output).toBe(0);
  expect(output).toContain(missing);
  // The control plane forgets the old node.
  expect(did).toEqual([`undo in ${n1}`, `run ${n2}`]);
  expect(ids()[0]).toBe(first);
  await expectSettled();
});

test("a worker that is gone waits for a control plane that is stopped, which has to forget it first", async () => {
  podman.stop(n1);
  podman.lose("containers", n2);
  const { exitCode, output, did } = await up();
  expect(exitCode, output).toBe(0);
  expect(did).toEqual([`start ${n1}`, `undo in ${n1}`, `run ${n2}`]);
  await expectSettled();
});

const anew = `n1 (the container ${n1}), the control plane, is not there: the whole cluster is made anew`;

test("a control plane that is gone takes the cluster with it, and a new one comes, with all that was in it", async () => {
  const before = ids();
  await newApi();
  podman.lose("containers", n1);
  expect((await project.preview()).output).toContain(anew);
  const { exitCode, output, did } = await up();
  expect(exitCode, output).toBe(0);
  expect(output).toContain(anew);
  expect(did.slice(0, 3)).toEqual([`rm ${n2}`, "rm cni-lab-test", "create cni-lab-test"]);
  expect(did.slice(3).sort()).toEqual([`run ${n1}`, `run ${n2}`]);
  expect(before.filter((id) => ids().includes(id))).toEqual([]);
  await expectSettled();
});

test.each([
  ["all nodes", ["cni-lab-test"]],
  ["all nodes and their LAN", []],
])("%s gone: the same", async (_, kept) => {
  await newApi();
  podman.lose("containers", n1, n2);
  if (kept.length === 0) podman.lose("networks", "cni-lab-test");
  const { exitCode, output, did } = await up();
  expect(exitCode, output).toBe(0);
  expect(output.includes(anew)).toBe(kept.length > 0);
  expect(did.filter((each) => each.startsWith("run")).sort()).toEqual([`run ${n1}`, `run ${n2}`]);
  expect(did.filter((each) => each.startsWith("undo"))).toEqual([]);
  await expectSettled();
});

/** Makes all as it was before there were owners: what is recorded is what an earlier version has run. */
function forgetOwners(): void {
  podman.forgetOwners();
  const owner = `cni-lab.owner=file://${join(project.dir, "state")}`;
  const earlier = (text: string) =>
    text
      .replaceAll(` --label ${owner}`, "")
      .replace(/ --filter 'name=\^(\S+)\$' --filter label=cni-lab\.owner=\S+/g, " $1")
      .replace(/\[ "\$\(podman network inspect [^|]* (\S+) 2>\/dev\/null\)" = '[^']*' \]/g, "podman network exists $1");
  const without = (value: unknown): unknown => {
    if (typeof value === "string") return earlier(value);
    return Array.isArray(value) ? value.map(without) : value;
  };
  const all = (values = {}) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, key === "stdout" ? value : without(value)]));
  project.editState((resources) =>
    resources.map((resource) => ({ ...resource, inputs: all(resource.inputs), outputs: all(resource.outputs) })),
  );
  expect(project.stateText()).not.toContain("cni-lab.owner");
}

test("a living cluster from before there were owners stays as it is, and what is made after that says whose it is", async () => {
  forgetOwners();
  const before = ids();
  const recordedOf = (name: string) => project.recorded(name)?.inputs;
  expect(recordedOf("cluster-lan").delete).toBe(
    "! podman network exists cni-lab-test || podman network rm cni-lab-test",
  );
  expect(recordedOf("cluster-n1").delete).toBe(`podman rm --force --ignore --volumes --time 0 ${n1}`);
  await expectSettled();
  const { exitCode, output, did } = await up();
  expect(exitCode, output).toBe(0);
  expect([did, ids(), podman.owners()]).toEqual([[], before, [""]]);

  podman.lose("containers", n2);
  const mended = await up();
  expect(mended.exitCode, mended.output).toBe(0);
  expect(mended.did).toEqual([`undo in ${n1}`, `run ${n2}`]);
  expect([ids()[0], podman.owners()]).toEqual([before[0], ["", `file://${join(project.dir, "state")}`]]);
  await expectSettled();
});

/** Makes all as it was before there were generations: no label, no trigger, no resource of them. */
function forgetGenerations(): void {
  forgetOwners();
  podman.forgetGenerations();
  project.editState((resources) =>
    resources
      .filter(({ urn }) => !urn.endsWith("-generation"))
      .map((resource) => {
        const [label, generation] = / --label cni-lab\.generation=(\w+)/.exec(resource.inputs?.create ?? "") ?? [];
        const without = (value: unknown) => {
          const list = Array.isArray(value) ? value.filter((each) => each !== generation) : value;
          return JSON.parse(JSON.stringify(list).replaceAll(label ?? "\0", ""));
        };
        const known = (urns: string[] = []) => urns.filter((urn) => !urn.endsWith("-generation"));
        return {
          ...resource,
          inputs: Object.fromEntries(
            Object.entries(resource.inputs ?? {}).map(([key, value]) => [key, without(value)]),
          ),
          outputs: Object.fromEntries(
            Object.entries(resource.outputs ?? {}).map(([key, value]) => [key, without(value)]),
          ),
          dependencies: known(resource.dependencies),
          propertyDependencies: Object.fromEntries(
            Object.entries<string[]>(resource.propertyDependencies ?? {}).map(([key, urns]) => [key, known(urns)]),
          ),
        };
      }),
  );
}

test("a living cluster from before there were generations stays as it is, and is mended as well after that", async () => {
  forgetGenerations();
  const before = ids();
  expect(project.stateText()).not.toMatch(/cni-lab.generation|n2-generation/);
  const previewed = await project.preview();
  expect(previewed.output).toContain("cluster-n2-generation create");
  expect(previewed.changes).toEqual({ create: 2, same: expect.any(Number) });
  const { exitCode, output, did } = await up();
  expect(exitCode, output).toBe(0);
  expect([did, ids()]).toEqual([[], before]);
  await expectSettled();

  podman.lose("containers", n2);
  const mended = await up();
  expect(mended.exitCode, mended.output).toBe(0);
  expect(mended.did).toEqual([`undo in ${n1}`, `run ${n2}`]);
  await expectSettled();
});

test("a control plane from before that is gone takes the cluster with it as well", async () => {
  forgetGenerations();
  await newApi();
  podman.lose("containers", n1);
  const { exitCode, output, did } = await up();
  expect(exitCode, output).toBe(0);
  expect(did.filter((each) => each.startsWith("undo"))).toEqual([]);
  await expectSettled();
});

test("a network of the stack's second LAN that is another stack's, or no lab's, is refused", async () => {
  await setProgram({ secondLan: "on" });
  podman.addNetwork("cni-lab-test-2");
  const { exitCode, output } = await project.up();
  expect(exitCode).not.toBe(0);
  expect(output).toContain(
    'stack is "test": needs a name that is taken: network cni-lab-test-2 is no lab\'s; podman network rm cni-lab-test-2',
  );
  expect(podman.takeLog()).toEqual([]);
  podman.lose("networks", "cni-lab-test-2");
  await setProgram();
});

test("a container engine that does not answer, and a node that does not start, are told in a line", async () => {
  for (const [beginning, told] of [
    ["ps", "podman: must tell what there is of this stack, and says: Error: broken on purpose"],
    ["start", `${n1}: must run, and does not: starting ${n1}, which was stopped`],
  ]) {
    podman.break(beginning ?? "");
    podman.stop(n1);
    const { exitCode, output } = await project.up();
    podman.mend();
    expect(exitCode).not.toBe(0);
    expect(output).toContain(told);
    expect(output).not.toMatch(/unhandled|\.[jt]s:\d/);
  }
  await expectSettled();
});

test.each<[string, Record<string, string>, string, string]>([
  ["of another image", {}, "node:2", `n1 (the container ${n1}) is of another node image than this version's`],
  ["on another kind of network", { nodeNetwork: "vagrant" }, "node:2", ""],
])("a control plane that is to be %s takes the cluster with it, and nothing of it is undone first", async (...args) => {
  const [, values, image, told] = args;
  const before = ids();
  await newApi();
  await setProgram(values, image);
  const { exitCode, output, did } = await up();
  expect(exitCode, output).toBe(0);
  expect(output).toContain(told);
  expect(did.filter((each) => each.startsWith("undo"))).toEqual([]);
  expect(did.filter((each) => each.startsWith("r")).sort()).toEqual(
    ["rm", "run"]
      .flatMap((act) => [n1, n2].map((name) => `${act} ${name}`))
      .concat(told === "" ? [] : ["rm cni-lab-test"])
      .sort(),
  );
  expect(before.filter((id) => ids().includes(id))).toEqual([]);
  await expectSettled();
});
