import { afterAll, beforeAll, expect, test } from "vitest";
import { LabUnderTest } from "./lab";
import { besides } from "./only-cni";
import { upArgs } from "./swap-faults";
import { expectStop, removeParticular, runParticular } from "./swap-stops";

const lab = new LabUnderTest("flannel");

beforeAll(async () => {
  expect((await lab.run("up", lab.stack, "--set", "nodes=2")).exitCode).toBe(0);
});

afterAll(async () => {
  await lab.end();
});

test("a pod that does not become Ready stops the swap at its node, and the old value undoes it on every node", async () => {
  await runParticular(lab, "flannel");
  await expectStop(lab, "flannel");
  expect((await lab.run("pulumi", "-s", lab.stack, ...upArgs("flannel"))).exitCode).toBe(0);
  await expect(besides(lab, "flannel")).resolves.toEqual([]);
});

test("a swap that was stopped goes on when what stopped it is gone", async () => {
  await expectStop(lab, "flannel");
  await removeParticular(lab);
  expect((await lab.run("pulumi", "-s", lab.stack, ...upArgs("weave"))).exitCode).toBe(0);
  await expect(besides(lab, "weave")).resolves.toEqual([]);
});
