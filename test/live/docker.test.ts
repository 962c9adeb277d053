import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { runVariable } from "../../cli/test/run";
import { apiPortOf, defaultLan } from "../../components/cluster/lan";
import { locateTestPrograms } from "../../toolchain";
import { DockerMachine } from "./docker-machine";
import { LabUnderTest } from "./lab";
import { swap } from "./swaps";

const folder = mkdtempSync(path.join(process.env[runVariable] ?? tmpdir(), "cni-lab-docker-"));
const machine = new DockerMachine("test-docker-machine", locateTestPrograms().dockerImage, folder);
const lab = new LabUnderTest("flannel");
const minutes = 60_000;

beforeAll(async () => {
  await machine.make();
  await machine.forward(apiPortOf(defaultLan(lab.stack)));
  for (const [name, value] of Object.entries(machine.env)) vi.stubEnv(name, value);
}, 5 * minutes);

afterAll(async () => {
  await lab.end();
  await machine.remove();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
}, 5 * minutes);

test(
  "a lab comes up on Docker, and is healthy",
  async () => {
    const { exitCode, all } = await lab.run("up", lab.stack, "--set", "engine=docker", "--set", "nodes=2");
    expect(all).toContain("is healthy");
    expect(exitCode).toBe(0);
  },
  15 * minutes,
);

test(
  "its CNI is swapped without a lost request",
  async () => {
    const { exitCode, report } = await swap(lab, ["weave", "rolling"]);
    expect(exitCode).toBe(0);
    expect(report.totals.service.sent).toBeGreaterThan(100);
    expect(report.totals.service.lost).toBe(0);
  },
  10 * minutes,
);

test(
  "down leaves nothing in Docker",
  async () => {
    expect((await lab.run("down", lab.stack)).exitCode).toBe(0);
    expect(await machine.holds()).toEqual([]);
  },
  5 * minutes,
);
