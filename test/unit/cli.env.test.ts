import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { prepareState, toolEnv } from "../../driver/stack/env";
import { shellExports, shellVariables, shellWords } from "../../driver/stack/shell-env";
import { versions } from "../../lib/versions";

const pluginVersions: Readonly<Record<string, string>> = {
  kubernetes: versions.pulumiKubernetes,
  command: versions.pulumiCommand,
};
const toolchain = { binDir: "/lab/bin", pulumiHome: "/lab/home", nodeImage: "localhost/cni-lab/node:1", prober: "" };
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

test("the user's login is found where it is, for a backend of his own that needs one", () => {
  const of = (own: NodeJS.ProcessEnv) => toolEnv(toolchain, "flannel", own).PULUMI_CREDENTIALS_PATH;
  expect(of({ PULUMI_BACKEND_URL: "https://api.pulumi.com" })).toBe(path.join(userInfo().homedir, ".pulumi"));
  expect(of({ PULUMI_BACKEND_URL: "https://api.pulumi.com", PULUMI_HOME: "/mine" })).toBe("/mine");
  expect(of({ PULUMI_BACKEND_URL: "https://api.pulumi.com", PULUMI_CREDENTIALS_PATH: "/other" })).toBeUndefined();
  expect(of({ PULUMI_BACKEND_URL: "file:///state", PULUMI_HOME: "/mine" })).toBeUndefined();
  expect(of({ PULUMI_HOME: "/mine" })).toBeUndefined();
});

describe("a shell that ./lab env has changed", () => {
  const variables = (own: NodeJS.ProcessEnv) =>
    Object.fromEntries(shellVariables(toolchain, "flannel", own).map(({ name, value }) => [name, value]));

  test("has the lab's pulumi with its home where there is no other", () => {
    const env = variables({ PATH: "/bin" });
    expect(env).toMatchObject({ PATH: "/lab/bin:/bin", PULUMI_HOME: "/lab/home", PULUMI_STACK: "flannel" });
    expect({ ...env, ...variables({ ...env }) }).toEqual(env);
  });

  test("has a user's own pulumi first, with its own home, and the lab's plugins behind", () => {
    mkdirSync(path.join(state, "bin"));
    writeFileSync(path.join(state, "bin/pulumi"), "", { mode: 0o755 });
    const plugins = ["kubernetes", "command"].map(
      (name) => `/lab/home/plugins/resource-${name}-v${pluginVersions[name]}`,
    );
    const env = variables({ PATH: `${state}/bin:/bin` });
    expect(env.PATH).toBe([`${state}/bin`, "/bin", ...plugins, "/lab/bin"].join(":"));
    expect(Object.keys(env).sort()).toEqual([
      "KUBECACHEDIR",
      "KUBECONFIG",
      "PATH",
      "PULUMI_BACKEND_URL",
      "PULUMI_CONFIG_PASSPHRASE_FILE",
      "PULUMI_STACK",
      "TMPDIR",
    ]);
    expect({ ...env, ...variables({ ...env }) }).toEqual(env);
    expect(variables({ PATH: `/lab/bin:${state}/bin:/bin` }).PATH).toBe(env.PATH);
  });

  test("is told what each variable is for", () => {
    const all = shellVariables(toolchain, "flannel", { PATH: "/bin", PULUMI_BACKEND_URL: "https://mine" });
    expect(all.filter(({ why }) => why === "")).toEqual([]);
    expect(shellWords(all).split("\n")).toContain("lab: sets PULUMI_BACKEND_URL: your own, as it is");
  });
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
      const env = values.map((value, i) => ({ name: `V${i}`, value }));
      const names = env.map(({ name }) => `"$${name}"`);
      const script = `eval "$EXPORTS"; printf '%s\\0' ${names.join(" ")}`;
      const out = execFileSync("sh", ["-euc", script], { env: { EXPORTS: shellExports(env) }, encoding: "utf8" });
      expect(out.split("\0").slice(0, -1)).toEqual(values);
    }),
    { numRuns: 10 },
  );
});
