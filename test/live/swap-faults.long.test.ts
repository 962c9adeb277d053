import { afterAll, beforeAll, expect, test } from "vitest";
import { LabUnderTest } from "./lab";
import { seedOfRun } from "./seed";
import { allCells } from "./swap-cells";
import { recover } from "./swap-recovery";

const seed = seedOfRun();
const lab = new LabUnderTest("flannel");

beforeAll(async () => {
  console.log(`which failures of a swap go back, and their order, are those of CNI_LAB_SEED=${seed}`);
  expect((await lab.run("up", lab.stack, "--set", "nodes=2")).exitCode).toBe(0);
});

afterAll(async () => {
  await lab.end();
});

test.each(allCells(seed))("a swap whose $fault is killed at $moment goes $goes", async (cell) => {
  await recover(lab, cell);
  expect((await lab.run("check", lab.stack)).exitCode).toBe(0);
});
