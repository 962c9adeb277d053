import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { adviceAfter, failedAgain, wentWell } from "../../driver/stack/in-vain";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "cni-lab-in-vain-"));
  vi.stubEnv("XDG_STATE_HOME", folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test("a command that fails twice in the same way was run again in vain", () => {
  const failure = { command: "up flannel", resources: 40 };
  expect([failedAgain("flannel", failure), failedAgain("flannel", failure)]).toEqual([false, true]);
  // Another stack, another command, and one that came further know nothing of that.
  expect(failedAgain("weave", failure)).toBe(false);
  expect(failedAgain("flannel", { ...failure, resources: 50 })).toBe(false);
  expect(failedAgain("flannel", { ...failure, command: "swap flannel weave" })).toBe(false);
});

test("an update that went well ends the row", () => {
  const failure = { command: "up flannel" };
  failedAgain("flannel", failure);
  wentWell("flannel");
  expect(failedAgain("flannel", failure)).toBe(false);
});

test("what was tried in vain is not advised again", () => {
  const others = ["down flannel to start afresh"];
  expect(adviceAfter(255, "up flannel", others, false)).toBe(
    "pulumi up ended with 255; what it said stands above. Run ./lab up flannel to go on from here, or ./lab down flannel to start afresh",
  );
  expect(adviceAfter(255, "up flannel", others, true)).toBe(
    "pulumi up ended with 255; what it said stands above. ./lab up flannel has ended like this before, and got no further. Run ./lab down flannel to start afresh",
  );
});
