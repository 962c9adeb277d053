import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { capture } from "../../driver/run/capture";
import { repository, stackConfigFile } from "../../driver/stack/paths";
import { Stack } from "../../driver/stack/stack";
import { locateToolchain } from "../../toolchain";

/** A stack of the lab's own program under the real Pulumi CLI, in a state folder of its own. */
const name = "test-secrets";
let folder: string;
let stack: Stack;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "cni-lab-secrets-"));
  vi.stubEnv("XDG_STATE_HOME", folder);
  stack = new Stack(name, locateToolchain());
  await stack.prepare({ missing: {}, set: { cni: "weave", nodeImage: "x" } });
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(stackConfigFile(name), { force: true });
  rmSync(folder, { recursive: true });
});

const preview = () =>
  capture(["pulumi", "preview", "--non-interactive", "--color", "never"], { env: stack.env, cwd: repository });

test("a secret that stands in clear in the stack's file is refused by a preview, with what to do, and is taken with --secret", async () => {
  await stack.pulumi(["config", "set", "weavePassword", "hunter2"]);
  expect(readFileSync(stackConfigFile(name), "utf8")).toContain("hunter2");
  const refused = await preview();
  const said = refused.stdout + refused.stderr;
  expect(refused.exitCode, said).not.toBe(0);
  expect(said).toContain("weavePassword: is a secret, and is in plain text in the stack's file");
  expect(said).toContain("run pulumi config set --secret weavePassword");
  expect(said).not.toContain("hunter2");

  await stack.pulumi(["config", "set", "--secret", "weavePassword", "hunter2"]);
  expect(readFileSync(stackConfigFile(name), "utf8")).not.toContain("hunter2");
  const taken = await preview();
  expect(taken.exitCode, taken.stdout + taken.stderr).toBe(0);
  expect(taken.stdout + taken.stderr).not.toContain("hunter2");
});
