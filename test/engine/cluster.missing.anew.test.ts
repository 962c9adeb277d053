import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { BookedLab, n1, n2 } from "./booked-lab";

// Each test is a whole lab's updates and previews.
vi.setConfig({ testTimeout: 15 * 60_000, hookTimeout: 5 * 60_000 });
let lab: BookedLab;

beforeAll(async () => {
  lab = await BookedLab.make("127.28.8");
  const { exitCode, output } = await lab.up();
  expect(exitCode, output).toBe(0);
});
afterAll(() => lab?.dispose());

const anew = `n1 (the container ${n1}), the control plane, is not there: the whole cluster is recreated`;

test("a control plane that is gone takes the cluster with it, and a new one comes, with all that was in it", async () => {
  const before = lab.ids();
  await lab.newApi();
  lab.podman.lose("containers", n1);
  expect((await lab.project.preview()).output).toContain(anew);
  const { exitCode, output, did } = await lab.up();
  expect(exitCode, output).toBe(0);
  expect(output).toContain(anew);
  expect(did.slice(0, 3)).toEqual([`rm ${n2}`, "rm cni-lab-test", "create cni-lab-test"]);
  expect(did.slice(3).sort()).toEqual([`run ${n1}`, `run ${n2}`]);
  expect(before.filter((id) => lab.ids().includes(id))).toEqual([]);
  await lab.expectSettled();
});

test.each([
  ["all nodes", ["cni-lab-test"]],
  ["all nodes and their LAN", []],
])("%s gone: the same", async (_, kept) => {
  await lab.newApi();
  lab.podman.lose("containers", n1, n2);
  if (kept.length === 0) lab.podman.lose("networks", "cni-lab-test");
  const { exitCode, output, did } = await lab.up();
  expect(exitCode, output).toBe(0);
  expect(output.includes(anew)).toBe(kept.length > 0);
  expect(did.filter((each) => each.startsWith("run")).sort()).toEqual([`run ${n1}`, `run ${n2}`]);
  expect(did.filter((each) => each.startsWith("undo"))).toEqual([]);
  await lab.expectSettled();
});

test("a control plane from before that is gone takes the cluster with it as well", async () => {
  lab.forgetGenerations();
  await lab.newApi();
  lab.podman.lose("containers", n1);
  const { exitCode, output, did } = await lab.up();
  expect(exitCode, output).toBe(0);
  expect(did.filter((each) => each.startsWith("undo"))).toEqual([]);
  await lab.expectSettled();
});

test.each<[string, Record<string, string>, string, string]>([
  ["of another image", {}, "node:2", `n1 (the container ${n1}) runs another node image than this version's`],
  ["on another kind of network", { nodeNetwork: "vagrant" }, "node:2", ""],
])("a control plane that is to be %s takes the cluster with it, and nothing of it is undone first", async (...args) => {
  const [, values, image, told] = args;
  const before = lab.ids();
  await lab.newApi();
  await lab.setProgram(values, image);
  const { exitCode, output, did } = await lab.up();
  expect(exitCode, output).toBe(0);
  expect(output).toContain(told);
  expect(did.filter((each) => each.startsWith("undo"))).toEqual([]);
  expect(did.filter((each) => each.startsWith("r")).sort()).toEqual(
    ["rm", "run"]
      .flatMap((act) => [n1, n2].map((name) => `${act} ${name}`))
      .concat(told === "" ? [] : ["rm cni-lab-test"])
      .sort(),
  );
  expect(before.filter((id) => lab.ids().includes(id))).toEqual([]);
  await lab.expectSettled();
});
