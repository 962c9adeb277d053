import { afterAll, beforeAll, expect, test } from "vitest";
import { LabUnderTest } from "./lab";

const lab = new LabUnderTest("confluence");

beforeAll(async () => {
  expect((await lab.run("up", lab.stack)).exitCode).toBe(0);
});

afterAll(async () => {
  await lab.end();
});

test("every way to join, with every CNI, is as the lab says", async () => {
  const { exitCode, all } = await lab.run("matrix", lab.stack);
  expect(all).toMatch(/^12 of 12 cells are as expected$/m);
  expect(exitCode).toBe(0);
}, 3_600_000);
