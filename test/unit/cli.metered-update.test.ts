import { expect, test, vi } from "vitest";
import { meteredUpdate } from "../../cli/commands/metered-update";
import { applyAll } from "../../driver/stack/apply";
import type { Probed } from "../../driver/stack/probes";
import type { Stack } from "../../driver/stack/stack";
import { labOf } from "./checks.fake";

const report = { version: 1 };
vi.mock("../../driver/stack/apply");
vi.mock("../../driver/meter/measure", () => ({
  measure: async (_args: object, _subject: object, work: () => Promise<object>) => ({ result: await work(), report }),
}));

const probed = { ready: async () => {}, probers: async () => new Map() } as unknown as Probed;

test.each<[string, { exitCode: number; changed: boolean }, object]>([
  ["was done", { exitCode: 0, changed: true }, { exitCode: 0, report }],
  ["had nothing to do", { exitCode: 0, changed: false }, { exitCode: 0, report }],
  ["failed in the middle", { exitCode: 1, changed: true }, { exitCode: 1, report }],
  ["was refused before it changed anything: nothing to report", { exitCode: 1, changed: false }, { exitCode: 1 }],
])("an update that %s", async (_, applied, updated) => {
  vi.mocked(applyAll).mockResolvedValue(applied);
  const stack = { env: {} } as Stack;
  expect(await meteredUpdate(stack, labOf([]), [{ cni: "weave" }], { probed, current: "flannel" })).toEqual(updated);
});
