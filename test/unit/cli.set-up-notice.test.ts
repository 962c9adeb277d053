import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { setUpNotice } from "../../cli/toolchain";

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "cni-lab-notice-"));
});
afterEach(() => rmSync(cache, { recursive: true }));

const toolchain = () => ({
  binDir: join(cache, "store/bin-2"),
  pulumiHome: join(cache, "home"),
  nodeImage: "node:1",
  prober: join(cache, "store/echo-2"),
});

test("a machine that has nothing yet is told how long it takes", () => {
  expect(setUpNotice(toolchain())).toMatch(/^First set-up on this machine: about \d+ minutes/);
});

test("where another version was built only the change is told of", () => {
  mkdirSync(join(cache, "store/bin-1"), { recursive: true });
  expect(setUpNotice(toolchain())).toBe("Set-up: what this version has changed is built first, once.");
});

test("where all is there nothing is said", () => {
  for (const folder of ["store/bin-2", "home/plugins"]) mkdirSync(join(cache, folder), { recursive: true });
  for (const program of ["pulumi", "kubectl"]) writeFileSync(join(cache, "store/bin-2", program), "");
  writeFileSync(join(cache, "store/echo-2"), "");
  expect(setUpNotice(toolchain())).toBeUndefined();
});
