import { execa } from "execa";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { BookedLab, n1, n2 } from "./booked-lab";

// Each test is a whole lab's updates and previews.
vi.setConfig({ testTimeout: 15 * 60_000, hookTimeout: 5 * 60_000 });
let lab: BookedLab;

beforeAll(async () => {
  lab = await BookedLab.make("127.28.7");
});
afterAll(() => lab?.dispose());

test("a new cluster is made without a word of what is missing", async () => {
  const { exitCode, output, did } = await lab.up();
  expect(exitCode, output).toBe(0);
  expect(output).not.toContain("is not there");
  expect(did.sort()).toEqual(["create cni-lab-test", `run ${n1}`, `run ${n2}`]);
  await lab.expectSettled();
});

test("everything says whose it is: the backend's that holds its state", () => {
  expect(lab.podman.owners()).toEqual([lab.owner()]);
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
    "was not made by this state, and nothing says which one made it: container",
    /\.\/lab down test --force/,
  ],
])("a cluster that is %s is refused by name, and lives", async (_, owner, whose, fix) => {
  const own = lab.owner();
  const before = lab.ids();
  const ownState = lab.project.stateText();
  if (owner === "") lab.project.editState(() => []);
  lab.podman.setOwner(owner);
  for (const act of ["preview", "up"] as const) {
    const { exitCode, output } = await lab.project[act]();
    expect(exitCode).not.toBe(0);
    expect(output).toContain(`stack is "test": ${whose} ${n1}, container ${n2}, network cni-lab-test; `);
    expect(output).toMatch(fix);
    expect(output).not.toMatch(/unhandled|\.[jt]s:\d/);
  }
  expect(lab.ids()).toEqual(before);
  expect(lab.podman.takeLog()).toEqual([]);
  lab.project.setState(ownState);
  lab.podman.setOwner(own);
  await lab.expectSettled();
});

test("a recorded deletion leaves what is another's", async () => {
  const before = lab.ids();
  lab.podman.setOwner("file:///x");
  for (const name of ["cluster-n1", "cluster-n2", "cluster-lan"]) {
    await execa("sh", ["-c", lab.project.recorded(name)?.inputs.delete], { env: { PATH: lab.path() } });
  }
  expect([lab.ids(), lab.podman.list("networks")]).toEqual([before, ["cni-lab-test"]]);
  lab.podman.setOwner(lab.owner());
});

test("a worker that is gone is made anew and joins, and nothing else changes", async () => {
  const [first] = lab.ids();
  lab.podman.lose("containers", n2);
  const previewed = await lab.project.preview();
  const missing = `n2 (the container ${n2}) is not there: it is recreated, and joins`;
  expect(previewed.output).toContain(missing);
  expect(previewed.output).toMatch(/\+- .*cluster-n2-join .*replace/);
  expect(previewed.output).not.toMatch(/cluster-n1|DaemonSet/);

  const { exitCode, output, did } = await lab.up();
  expect(exitCode, output).toBe(0);
  expect(output).toContain(missing);
  // The control plane forgets the old node.
  expect(did).toEqual([`undo in ${n1}`, `run ${n2}`]);
  expect(lab.ids()[0]).toBe(first);
  await lab.expectSettled();
});

test("a worker that is gone waits for a control plane that is stopped, which has to forget it first", async () => {
  lab.podman.stop(n1);
  lab.podman.lose("containers", n2);
  const { exitCode, output, did } = await lab.up();
  expect(exitCode, output).toBe(0);
  expect(did).toEqual([`start ${n1}`, `undo in ${n1}`, `run ${n2}`]);
  await lab.expectSettled();
});

test("a network of the stack's second LAN that is another stack's, or no lab's, is refused", async () => {
  await lab.setProgram({ secondLan: "on" });
  lab.podman.addNetwork("cni-lab-test-2");
  const { exitCode, output } = await lab.project.up();
  expect(exitCode).not.toBe(0);
  expect(output).toContain(
    'stack is "test": needs a name that is taken: network cni-lab-test-2 is no lab\'s; podman network rm cni-lab-test-2',
  );
  expect(lab.podman.takeLog()).toEqual([]);
  lab.podman.lose("networks", "cni-lab-test-2");
  await lab.setProgram();
});

test("a container engine that does not answer, and a node that does not start, are told in a line", async () => {
  for (const [beginning, told] of [
    ["ps", "podman: must list what there is of this stack, and says: Error: broken on purpose"],
    ["start", `${n1}: must run, and does not: starting ${n1}, which was stopped`],
  ]) {
    lab.podman.break(beginning ?? "");
    lab.podman.stop(n1);
    const { exitCode, output } = await lab.project.up();
    lab.podman.fix();
    expect(exitCode).not.toBe(0);
    expect(output).toContain(told);
    expect(output).not.toMatch(/unhandled|\.[jt]s:\d/);
  }
  await lab.expectSettled();
  const { exitCode, output, did } = await lab.up();
  expect(exitCode, output).toBe(0);
  expect(did).toEqual([`start ${n1}`]);
});

test("a living cluster from before there were owners stays as it is, and what is made after that says whose it is", async () => {
  lab.forgetOwners();
  const before = lab.ids();
  const recordedOf = (name: string) => lab.project.recorded(name)?.inputs;
  expect(recordedOf("cluster-lan").delete).toBe(
    "! podman network exists cni-lab-test || podman network rm cni-lab-test",
  );
  expect(recordedOf("cluster-n1").delete).toBe(`podman rm --force --ignore --volumes --time 0 ${n1}`);
  await lab.expectSettled();
  const { exitCode, output, did } = await lab.up();
  expect(exitCode, output).toBe(0);
  expect([did, lab.ids(), lab.podman.owners()]).toEqual([[], before, [""]]);

  lab.podman.lose("containers", n2);
  const mended = await lab.up();
  expect(mended.exitCode, mended.output).toBe(0);
  expect(mended.did).toEqual([`undo in ${n1}`, `run ${n2}`]);
  expect([lab.ids()[0], lab.podman.owners()]).toEqual([before[0], ["", lab.owner()]]);
  await lab.expectSettled();
});

test("a living cluster from before there were generations stays as it is, and is mended as well after that", async () => {
  lab.forgetGenerations();
  const before = lab.ids();
  expect(lab.project.stateText()).not.toMatch(/cni-lab.generation|n2-generation/);
  const previewed = await lab.project.preview();
  expect(previewed.output).toContain("cluster-n2-generation create");
  expect(previewed.changes).toEqual({ create: 2, same: expect.any(Number) });
  const { exitCode, output, did } = await lab.up();
  expect(exitCode, output).toBe(0);
  expect([did, lab.ids()]).toEqual([[], before]);
  await lab.expectSettled();

  lab.podman.lose("containers", n2);
  const mended = await lab.up();
  expect(mended.exitCode, mended.output).toBe(0);
  expect(mended.did).toEqual([`undo in ${n1}`, `run ${n2}`]);
  await lab.expectSettled();
});
