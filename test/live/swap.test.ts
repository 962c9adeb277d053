import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LabUnderTest, type Ran } from "./lab";
import { swap } from "./swaps";

const lab = new LabUnderTest("weave");
let up: Ran;

beforeAll(async () => {
  up = await lab.run("up", lab.stack);
});

afterAll(async () => {
  await lab.end();
});

test("lab weave: up ends as expected, multicast across nodes and all", () => {
  expect(up.exitCode).toBe(0);
  expect(up.stdout).toMatch(/^ok +multicast-across-nodes n3 -> n1/m);
});

describe("the swap", () => {
  test("a preview says in words what it does to each node, and changes nothing", async () => {
    await lab.run("pulumi", "-s", lab.stack, "config", "set", "cni", "flannel");
    const { exitCode, all } = await lab.run("pulumi", "-s", lab.stack, "preview", "--non-interactive");
    await lab.run("pulumi", "-s", lab.stack, "config", "set", "cni", "weave");
    expect(exitCode).toBe(0);
    for (const node of ["n1", "n2", "n3"]) {
      expect(all).toMatch(
        new RegExp(`${node}: weave leaves: \\d pods \\(.*cni-lab/probe-.*\\) are recreated on flannel`),
      );
    }
    expect(all).toMatch(/removed after that: links vethwe-bridge, vethwe-pcap, weave; .*folder \/var\/lib\/weave/);
    expect((await lab.run("check", lab.stack)).exitCode).toBe(0);
  });

  test("rolling loses no request to the Service, and leaves nothing behind", async () => {
    const { exitCode, report } = await swap(lab, ["flannel", "rolling"]);
    expect(exitCode).toBe(0);
    expect(report.totals.service.sent).toBeGreaterThan(100);
    expect(report.totals.service.lost).toBe(0);
  });

  test("replace has an outage, which the meter sees, and leaves nothing behind either", async () => {
    const { exitCode, report } = await swap(lab, ["weave", "replace"]);
    expect(exitCode).toBe(0);
    expect(report.totals.service.lost).toBeGreaterThan(0);
    expect(report.outage?.toMs).toBeGreaterThan(report.outage?.fromMs ?? Number.POSITIVE_INFINITY);
  });
});
