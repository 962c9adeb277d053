import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
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

async function setProgram(values: Record<string, string> = {}): Promise<void> {
  const config = JSON.stringify({ nodes: "2", ...values });
  await project.program(`
    const { buildLab } = require(${JSON.stringify(join(stacks, "lab"))});
    const { parseLabConfig } = require(${JSON.stringify(join(stacks, "schema"))});
    const settings = { ...parseLabConfig(${config}), stack: "test", lanCidr: "${lan}", nodeImage: "node:1" };
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

/** Makes all as it was before there were generations: no label, no trigger, no resource of them. */
function forgetGenerations(): void {
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
  expect(previewed.changes).toEqual({ create: 1, same: expect.any(Number) });
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

test("a container engine that does not answer, and a node that does not start, are told in a line", async () => {
  for (const [beginning, told] of [
    ["ps", "podman: must tell what there is of this stack, and says: Error: broken on purpose"],
    ["container inspect", `${n1}: must run, and does not: Error: broken on purpose`],
  ]) {
    podman.break(beginning ?? "");
    const { exitCode, output } = await project.up();
    podman.mend();
    expect(exitCode).not.toBe(0);
    expect(output).toContain(told);
    expect(output).not.toMatch(/unhandled|\.[jt]s:\d/);
  }
  await expectSettled();
});
