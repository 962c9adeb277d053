import { afterAll, beforeAll, expect, test } from "vitest";
import { LabUnderTest } from "./lab";
import type { Swappable } from "./only-cni";
import { seedOfRun, someCells } from "./swap-cells";
import { recover } from "./swap-recovery";

const seed = seedOfRun();
const lab = new LabUnderTest("flannel");
let cni: Swappable = "flannel";

beforeAll(async () => {
  console.log(`the failures of a swap are those of CNI_LAB_SEED=${seed}`);
  expect((await lab.run("up", lab.stack, "--set", "nodes=2")).exitCode).toBe(0);
});

afterAll(async () => {
  await lab.end();
});

test.each(someCells(seed))("a swap whose $fault is killed at $moment goes $goes", async (cell) => {
  cni = await recover(lab, cni, cell);
});

test("the stack is as the program has it, and healthy", async () => {
  const preview = await lab.run("pulumi", "-s", lab.stack, "preview", "--expect-no-changes", "--non-interactive");
  expect(preview.exitCode).toBe(0);
  expect((await lab.run("check", lab.stack)).exitCode).toBe(0);
});
