import { afterAll, beforeAll, expect, test } from "vitest";
import { engineHolds, LabUnderTest, type Ran } from "./lab";
import { type Swap, swap } from "./swaps";

const lab = new LabUnderTest("flannel");
let up: Ran;

beforeAll(async () => {
  up = await lab.run("up", lab.stack);
});

afterAll(async () => {
  await lab.end();
});

/** Both strategies, both ways, by way of no CNI too. */
const swaps: readonly Swap[] = [
  ["weave", "rolling"],
  ["flannel", "rolling"],
  ["weave", "replace"],
  ["flannel", "replace"],
  ["none", "rolling"],
  ["weave", "rolling"],
  ["flannel", "rolling"],
  ["weave", "rolling"],
  ["flannel", "replace"],
  ["weave", "rolling"],
];

test("up ends as expected", () => {
  expect(up.exitCode).toBe(0);
});

test.each(swaps.map((one, i) => ({ one, i, to: one[0], strategy: one[1] })))(
  "swap $i, to $to by $strategy: the checks hold, and only an outage that was asked for is seen",
  async ({ one, i }) => {
    const { exitCode, report } = await swap(lab, one);
    expect(exitCode).toBe(0);
    const cuts = one[1] === "replace" || one[0] === "none" || swaps[i - 1]?.[0] === "none";
    expect(report.totals.service.lost > 0, `${report.totals.service.lost} lost`).toBe(cuts);
  },
);

test("down leaves nothing", async () => {
  expect((await lab.end()).exitCode).toBe(0);
  await expect(engineHolds(lab.stack)).resolves.toEqual([]);
});
