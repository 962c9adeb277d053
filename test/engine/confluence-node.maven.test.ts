import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { userCache } from "../../toolchain/cache";
import { javaEnv } from "../../toolchain/java/home";
import { confluenceNode } from "../../toolchain/java/programs";
import { repository } from "../../toolchain/repository";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cni-lab-maven-"));
  // Maven writes beside the sources.
  await cp(join(repository, "toolchain/programs", confluenceNode.name), folder, { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("the stand-in's own tests pass, without a warning of the compiler", async () => {
  const argv = ["--batch-mode", "--strict-checksums", `-Dmaven.repo.local=${userCache().maven}`, "test"];
  const { all, exitCode } = await execa("mvn", argv, {
    cwd: folder,
    env: javaEnv(folder),
    all: true,
    reject: false,
  });
  expect(exitCode, all).toBe(0);
  const [, run, bad] = /^\[.*INFO.*\] .*Tests run: (\d+), (Failures: 0, Errors: 0, Skipped: 0)\S*$/m.exec(all) ?? [];
  expect([Number(run) > 100, bad], all).toEqual([true, "Failures: 0, Errors: 0, Skipped: 0"]);
  expect(all.split("\n").filter((line) => /^\[.*WARNING.*\] \S+\.java/.test(line))).toEqual([]);
});
