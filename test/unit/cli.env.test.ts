import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { prepareState, shellExports, toolEnv } from "../../driver/stack/env";

const toolchain = { binDir: "/lab/bin", pulumiHome: "/lab/home", nodeImage: "localhost/cni-lab/node:1" };
let state: string;
beforeEach(() => {
  state = mkdtempSync(path.join(tmpdir(), "cni-lab-env-"));
  vi.stubEnv("XDG_STATE_HOME", state);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(state, { recursive: true });
});

test("the environment is the contract with plain pulumi", () => {
  expect(
    toolEnv(toolchain, "flannel", { PATH: "/bin:/lab/bin", XDG_STATE_HOME: state, XDG_CACHE_HOME: `${state}/cache` }),
  ).toEqual({
    PATH: "/lab/bin:/bin",
    PULUMI_HOME: "/lab/home",
    PULUMI_BACKEND_URL: `file://${state}/cni-lab/pulumi?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE_FILE: `${state}/cni-lab/passphrase`,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    KUBECACHEDIR: `${state}/cache/cni-lab/kube`,
    PULUMI_STACK: "flannel",
    KUBECONFIG: `${state}/cni-lab/stacks/flannel/kubeconfig`,
  });
});

test("the user's own backend and passphrase win", () => {
  const env = toolEnv(toolchain, "flannel", { PULUMI_BACKEND_URL: "s3://mine", PULUMI_CONFIG_PASSPHRASE: "" });
  expect(env.PULUMI_BACKEND_URL).toBe("s3://mine");
  expect(env).not.toHaveProperty("PULUMI_CONFIG_PASSPHRASE_FILE");
});

test("the passphrase is made once, for this user only", () => {
  const env = toolEnv(toolchain, "flannel");
  prepareState(env);
  const file = path.join(state, "cni-lab/passphrase");
  const first = readFileSync(file, "utf8");
  prepareState(env);
  expect(readFileSync(file, "utf8")).toBe(first);
  expect(first).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(path.join(state, "cni-lab")).mode & 0o777).toBe(0o700);
});

test("a shell reads back every value as it was", () => {
  const value = fc.string({ unit: "binary" }).filter((text) => !text.includes("\0") && !/\p{Surrogate}/u.test(text));
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 20 }), (values) => {
      const env = Object.fromEntries(values.map((text, i) => [`V${i}`, text]));
      const names = Object.keys(env).map((name) => `"$${name}"`);
      const script = `eval "$EXPORTS"; printf '%s\\0' ${names.join(" ")}`;
      const out = execFileSync("sh", ["-euc", script], { env: { EXPORTS: shellExports(env) }, encoding: "utf8" });
      expect(out.split("\0").slice(0, -1)).toEqual(values);
    }),
    { numRuns: 10 },
  );
});
