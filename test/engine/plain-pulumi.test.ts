import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { locateToolchain } from "../../toolchain";
import { userCache } from "../../toolchain/cache";

const root = path.resolve(__dirname, "../..");
const folder = mkdtempSync(path.join(tmpdir(), "cni-lab-plain-"));
const at = (...names: string[]) => path.join(folder, ...names);
const checkout = at("checkout");
const state = `file://${at("state")}`;
/** A home and a search path as a Pulumi user has them: the CLI with its language host, and nothing of the lab. */
const env: Record<string, string> = {
  HOME: at("home"),
  // Pulumi takes the home of the user's record, whatever HOME says.
  PULUMI_HOME: at("home", ".pulumi"),
  PATH: [at("cli"), process.env.PATH].join(":"),
  TMPDIR: at("tmp"),
  // What is built is built once a machine.
  XDG_CACHE_HOME: path.dirname(userCache().root),
  PULUMI_CONFIG_PASSPHRASE: "",
  PULUMI_SKIP_UPDATE_CHECK: "true",
};

interface Ran {
  readonly exitCode?: number;
  readonly all?: string;
  readonly stdout: string;
}

/** Runs a command line in the checkout. */
const shell = (line: string, more: Readonly<Record<string, string>> = {}): Promise<Ran> =>
  execa("sh", ["-euc", line], {
    ...{ cwd: checkout, env: { ...env, ...more }, extendEnv: false, stdin: "ignore", all: true, reject: false },
  });

/** The same, which must go well. */
async function well(line: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const { exitCode, all = "", stdout } = await shell(line, more);
  expect(exitCode, `${line}\n${all}`).toBe(0);
  return stdout;
}

beforeAll(async () => {
  for (const name of ["home", "cli", "tmp", "state"]) mkdirSync(at(name));
  const { stdout } = await execa("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: root });
  for (const file of stdout.split("\n")) {
    if (existsSync(path.join(root, file))) cpSync(path.join(root, file), path.join(checkout, file));
  }
  symlinkSync(path.join(root, "node_modules"), path.join(checkout, "node_modules"));
  for (const program of ["pulumi", "pulumi-language-nodejs"]) {
    symlinkSync(path.join(locateToolchain().binDir, program), at("cli", program));
  }
  await execa("git", ["init", "--quiet"], { cwd: checkout });
  await execa("git", ["add", "."], { cwd: checkout });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The blocks of commands in a section of a page. */
function blocks(file: string, title: string): string[] {
  const page = readFileSync(path.join(root, file), "utf8");
  const [, section = ""] = page.split(new RegExp(`^## ${title}$`, "m"));
  return [...(section.split(/^## /m)[0] ?? "").matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = ""]) => block);
}

/** The files of the clone that were changed, and those that came. */
const changed = () => well("git diff --name-only && git ls-files --others --exclude-standard");

describe("a Pulumi CLI that knows nothing of the lab", () => {
  test("is told to log in, in its own words, before anything is made", async () => {
    const { exitCode, all } = await shell("pulumi stack init flannel");
    expect(exitCode).not.toBe(0);
    expect(all).toContain("PULUMI_ACCESS_TOKEN");
    expect(readdirSync(path.join(checkout, "stacks")).filter((name) => name.endsWith(".yaml"))).toEqual([]);
  });

  test("names the plugin that it can't have", async () => {
    const own = { PULUMI_BACKEND_URL: state, PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" };
    await well("pulumi stack init no-plugin", own);
    const { exitCode, all } = await shell("pulumi preview --stack no-plugin", own);
    expect(exitCode).not.toBe(0);
    expect(all).toMatch(/no resource plugin 'pulumi-resource-command' found/);
    await well("pulumi stack rm --yes no-plugin", own);
  });

  test("previews a lab, by the commands of README", async () => {
    const [walk = "", plugins = "", login = ""] = blocks("README.md", "Plain Pulumi");
    expect(walk.split("\n")[0]).toBe("npm ci");
    await well(login.replace("--local", state));
    const line = (text: string) =>
      text.replace(/^npm ci$/m, "").replace(/^pulumi up$/m, "pulumi preview --non-interactive");
    const stdout = await well(`${plugins}\n${line(walk.split("export KUBECONFIG")[0] ?? "")}`);
    expect(stdout).toContain(`${locateToolchain().nodeImage}\n`);
    expect(stdout).toMatch(/^ {4}\+ \d+ to create$/m);
    expect(stdout).not.toContain("is not on this machine");
    expect(readFileSync(path.join(checkout, "stacks/Pulumi.flannel.yaml"), "utf8")).not.toContain("nodeImage");
    expect(await changed()).toBe("");
  });

  test("brings a lab's bug about and cures it, by the commands of its page", async () => {
    const [make = "", change = ""] = blocks("labs/forward-dropped/README.md", "With plain Pulumi");
    const preview = (text: string) => text.replaceAll("pulumi up", "pulumi preview --non-interactive");
    const made = await well(`${plugins()}${preview(make)}`);
    expect(made).toMatch(/cni-lab:index:Forwarding/);
    expect(await config("forward-dropped")).toMatchObject({ forwardPolicy: "drop", forwardRules: "none", nodes: "2" });
    await well(`${plugins()}${preview(change)}`);
    expect(await config("forward-dropped")).toMatchObject({
      forwardPolicy: "drop",
      forwardRules: "by-hand",
      nodes: "2",
    });
  });

  test("says in a preview that the node image is not there, and ends an update before it makes anything", async () => {
    await well("pulumi stack init no-image && pulumi config set nodeImage localhost/none:1 --stack no-image");
    const told = /nodeImage is "localhost\/none:1": is not on this machine; .*pulumi config rm nodeImage/;
    const preview = await shell(`${plugins()}pulumi preview --stack no-image`);
    expect(preview.exitCode, preview.all).toBe(0);
    expect(preview.all).toMatch(told);
    const up = await shell(`${plugins()}pulumi up --yes --skip-preview --stack no-image`);
    expect(up.exitCode).not.toBe(0);
    expect(up.all).toMatch(told);
    expect(up.all).not.toMatch(/Command\b.* created|at .*\.ts:/);
    const { deployment } = JSON.parse(await well("pulumi stack export --stack no-image"));
    // The look for the image is a call of the plugin, and takes its provider.
    expect((deployment.resources ?? []).map(({ type }: { type: string }) => type)).toEqual([
      "pulumi:pulumi:Stack",
      "pulumi:providers:command",
    ]);
  });

  test("says that podman does not answer", async () => {
    const PATH = pathWithout("podman");
    await well("pulumi stack init no-podman");
    const { exitCode, all } = await shell(`${plugins()}pulumi preview --stack no-podman`, { PATH });
    expect(exitCode).not.toBe(0);
    expect(all).toMatch(/podman: must list what there is of this stack, and says: .*not found/);
  });

  test("is driven by the Automation API", async () => {
    const program = `
      const { LocalWorkspace } = require("@pulumi/pulumi/automation");
      (async () => {
        const stack = await LocalWorkspace.createOrSelectStack({ stackName: "automated", workDir: "." });
        await stack.setAllConfig({ nodes: { value: "2" } });
        const { changeSummary } = await stack.preview();
        console.log(JSON.stringify(changeSummary));
      })();`;
    writeFileSync(at("automated.js"), program);
    const stdout = await well(`${plugins()}node -e "$(cat ${at("automated.js")})"`);
    expect(JSON.parse(stdout.trim().split("\n").at(-1) ?? "")).toEqual({ create: expect.any(Number) });
  });

  test("has what a shell of ./lab env has changed behind what is its own", async () => {
    const lab = "node --import tsx cli/main.ts";
    const made = { XDG_STATE_HOME: at("lab-state"), TMPDIR: at("tmp") };
    const exports = await well(`${lab} env test-weave`, made);
    const which = await well(`${exports}\ncommand -v pulumi; pulumi stack ls --json; pulumi whoami`, made);
    expect(which.split("\n")[0]).toBe(at("cli", "pulumi"));
    expect(which).toContain('"name": "test-weave"');
    expect(await well("pulumi whoami --json")).toContain(state);
  });
});

/** What a shell has to run first where Pulumi can't download its plugins. */
function plugins(): string {
  return blocks("README.md", "Plain Pulumi")[1] ?? "";
}

/** The values of a stack, without the name of the project. */
async function config(stack: string): Promise<Record<string, string>> {
  const all: Record<string, { value: string }> = JSON.parse(await well(`pulumi config --json --stack ${stack}`));
  return Object.fromEntries(Object.entries(all).map(([key, { value }]) => [key.replace(/^cni-lab:/, ""), value]));
}

/** A search path with all programs but this one. */
function pathWithout(program: string): string {
  const tools = at("tools");
  mkdirSync(tools);
  for (const dir of (env.PATH ?? "").split(":").filter((each) => existsSync(each))) {
    for (const name of readdirSync(dir)) {
      if (name !== program && !existsSync(path.join(tools, name)))
        symlinkSync(path.join(dir, name), path.join(tools, name));
    }
  }
  return tools;
}
