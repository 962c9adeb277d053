import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { commandProvider } from "../../toolchain/plugins/command/provider";
import {
  type Call,
  Children,
  Failures,
  type ResourceHandler,
  Secret,
  type Tree,
  UNKNOWN,
} from "../../toolchain/plugins/host";

// Starts real processes: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 30_000 });

const dir = mkdtempSync(join(tmpdir(), "cni-lab-command-"));
afterAll(() => rmSync(dir, { recursive: true }));

const said: string[] = [];
const say = (line: string): void => void said.push(line);
const log = { debug() {}, info: say, warning: say, error: say, status: say, flush: async () => {} };
const call: Call = { log, children: new Children(), signal: new AbortController().signal };
beforeEach(() => said.splice(0));

const subject = { urn: "urn:pulumi:dev::proj::command:local:Command::cmd", type: "command:local:Command", name: "cmd" };
const found = commandProvider.resource("command:local:Command");
if (found === undefined) throw new Error("no handler");
const command: ResourceHandler = found;

const create = (inputs: Tree, timeoutSeconds?: number) =>
  command.create({ ...subject, inputs, preview: false, timeoutSeconds }, call);
const update = (state: Tree, news: Tree) =>
  command.update(
    { ...subject, id: "x", state, oldInputs: {}, news, ignoreChanges: [], preview: false, timeoutSeconds: undefined },
    call,
  );
const check = async (news: Tree): Promise<string[] | Tree> => {
  const checked = await command.check({ ...subject, news, olds: {}, randomSeed: new Uint8Array() }, call);
  return checked instanceof Failures ? checked.failures.map(({ reason }) => reason) : checked.inputs;
};
const diff = async (oldInputs: Tree, news: Tree) => {
  const { changes, replaces } = await command.diff(
    { ...subject, id: "x", state: {}, oldInputs, news, ignoreChanges: [] },
    call,
  );
  return { changes: [...changes.keys()], replaces: [...(replaces ?? [])] };
};

describe("create", () => {
  it("records inputs and output, one newline trimmed, and names the id after the resource", async () => {
    const inputs = { create: "printf 'a\\nb\\n\\n'; printf 'warn\\n' >&2" };
    const { id, outputs } = await create(inputs);
    expect(id).toMatch(/^cmd[0-9a-f]{8}$/);
    expect(outputs).toStrictEqual({ ...inputs, stdout: "a\nb\n", stderr: "warn" });
  });

  it("gives the command its stdin, directory, environment and interpreter", async () => {
    const inputs = {
      create: "import os, sys; print(sys.stdin.read(), os.getcwd(), os.environ['WHO'], 'PATH' in os.environ)",
      interpreter: ["python3", "-c"],
      stdin: new Secret("in"),
      dir,
      environment: { WHO: new Secret("me") },
    };
    expect((await create(inputs)).outputs).toStrictEqual({ ...inputs, stdout: `in ${dir} me True`, stderr: "" });
  });

  it("runs nothing in a preview", async () => {
    const inputs = { create: `touch ${dir}/previewed`, stdin: UNKNOWN };
    const { outputs } = await command.create({ ...subject, inputs, preview: true, timeoutSeconds: undefined }, call);
    expect(outputs).toStrictEqual({ ...inputs, stdout: UNKNOWN, stderr: UNKNOWN });
    expect(() => readFileSync(`${dir}/previewed`)).toThrow();
  });

  it("is content with nothing to run", async () => {
    expect((await create({ delete: "true" })).outputs).toStrictEqual({ delete: "true", stdout: "", stderr: "" });
  });

  it("closes stdin when there is none, and takes a command that does not read it", async () => {
    expect((await create({ create: "cat" })).outputs.stdout).toBe("");
    expect((await create({ create: "exec <&-; sleep 0.1", stdin: "x".repeat(1_000_000) })).outputs.stdout).toBe("");
  });

  it("keeps megabytes of output, and characters cut by a chunk", async () => {
    const { outputs } = await create({ create: "yes € | head -c 8000000", logging: "none" });
    expect(outputs.stdout).toHaveLength(3_999_999);
    expect(outputs.stdout).not.toContain("\uFFFD");
  });

  it("waits until all that holds its output is done", async () => {
    expect((await create({ create: "(sleep 0.2; echo late) & echo early" })).outputs.stdout).toBe("early\nlate");
  });
});

describe("a failure", () => {
  it("shows the exit code, the command and the last of both streams", async () => {
    await expect(create({ create: "seq 30 >&2; echo out; exit 7" })).rejects.toThrow(
      /^exit status 7: running "seq 30 >&2; echo out; exit 7"\nstderr \(last 20 of 30 lines\):\n11\n12\n[\s\S]*30\nstdout:\nout$/,
    );
  });

  it("shows no secret: neither of the command, nor of what it was given, nor of what it printed", async () => {
    const inputs = {
      create: new Secret('echo "$TOKEN" "hidden word"; exit 1'),
      environment: { TOKEN: new Secret("tok-en") },
    };
    const message = await create(inputs).then(String, (error: Error) => error.message);
    expect(message).toBe('exit status 1: running "[secret]"\nstdout:\n[secret] hidden word');
    expect(said).toEqual(["[secret] hidden word"]);
  });

  it.each<[string, Tree, RegExp]>([
    ["a signal", { create: "kill -9 $$" }, /^ended by SIGKILL: /],
    ["no such interpreter", { create: "x", interpreter: ["/no/such"] }, /^can't start "\/no\/such" \(ENOENT\): /],
    ["no such directory", { create: "x", dir: "/no/such" }, /^dir is "\/no\/such": no such directory: /],
    ["too big", { create: "x", environment: { A: "x".repeat(200_000) } }, /^the command or its environment is too big/],
  ])("names the reason: %s", async (_, inputs, message) => {
    await expect(create(inputs)).rejects.toThrow(message);
  });

  it("ends the whole command at its deadline", async () => {
    const started = Date.now();
    await expect(create({ create: "sleep 60 | cat" }, 0.2)).rejects.toThrow("not done within 0.2 s (customTimeouts)");
    expect(Date.now() - started).toBeLessThan(30_000);
  });
});

describe("update and delete", () => {
  const show = 'echo "$PULUMI_COMMAND_STDOUT/$PULUMI_COMMAND_STDERR"';
  const state = { create: "x", stdout: "old out", stderr: "old err" };

  it("update runs `update`, else `create`, with the previous output in its environment", async () => {
    expect(await update(state, { create: "false", update: show })).toMatchObject({ stdout: "old out/old err" });
    expect(await update(state, { create: show })).toStrictEqual({
      create: show,
      stdout: "old out/old err",
      stderr: "",
    });
  });

  it("leaves the previous output out when told so", async () => {
    expect(await update(state, { create: show, addPreviousOutputInEnv: false })).toMatchObject({ stdout: "/" });
  });

  it("without either keeps the output", async () => {
    expect(await update(state, { delete: "x" })).toStrictEqual({ delete: "x", stdout: "old out", stderr: "old err" });
  });

  it("delete runs what was recorded, with the recorded environment and output", async () => {
    const file = join(dir, "deleted");
    const recorded = {
      ...state,
      delete: `echo "$A $PULUMI_COMMAND_STDOUT" > ${file}`,
      environment: { A: new Secret("a") },
    };
    await command.delete({ ...subject, id: "x", state: recorded, oldInputs: {}, timeoutSeconds: undefined }, call);
    expect(readFileSync(file, "utf8")).toBe("a old out\n");
  });

  it("a refresh finds what was recorded", async () => {
    writeFileSync(join(dir, "ignored"), "");
    expect(await command.read({ ...subject, id: "x", state, inputs: { create: "x" } }, call)).toStrictEqual({
      id: "x",
      outputs: state,
      inputs: { create: "x" },
    });
  });
});

describe("diff", () => {
  it("replaces when a trigger changes, and updates for anything else", async () => {
    const olds = { create: "a", triggers: [1, 2] };
    expect(await diff(olds, { create: "a", triggers: [1, 2] })).toEqual({ changes: [], replaces: [] });
    expect(await diff(olds, { create: "b", triggers: [1, 3] })).toEqual({
      changes: ["create", "triggers[1]"],
      replaces: ["triggers[1]"],
    });
    expect(await diff(olds, { create: "a" })).toEqual({ changes: ["triggers"], replaces: ["triggers"] });
    expect(await diff(olds, { ...olds, delete: "d" })).toEqual({ changes: ["delete"], replaces: [] });
  });

  it("updates when a value becomes secret, so that it is encrypted in the state", async () => {
    const olds = { environment: { A: "a" } };
    expect(await diff(olds, { environment: { A: new Secret("a") } })).toEqual({
      changes: ["environment.A"],
      replaces: [],
    });
  });
});

describe("logging", () => {
  it.each<[string, string[]]>([
    ["stdout", ["out"]],
    ["stderr", ["err"]],
    ["none", []],
  ])("%s shows %j", async (logging, lines) => {
    await create({ create: "echo out; echo err >&2", logging });
    expect(said).toEqual(lines);
  });

  it("shows both by default, an unfinished last line too", async () => {
    await create({ create: "echo out; printf err >&2" });
    expect(said.sort()).toEqual(["err", "out"]);
  });
});

describe("check", () => {
  it("takes unknown and secret values, and drops what the engine adds", async () => {
    const inputs = { create: UNKNOWN, environment: { A: new Secret("a"), B: UNKNOWN }, stdin: new Secret(UNKNOWN) };
    expect(await check({ ...inputs, __defaults: [], version: "1.2.1" })).toStrictEqual(inputs);
  });

  it.each<[string, Tree, string[]]>([
    [
      "property",
      { crate: "x" },
      [expect.stringMatching(/^crate: no such property; there are create, update, delete, triggers, /)],
    ],
    [
      "assets",
      { assetPaths: ["a"] },
      [
        "assetPaths: assets are not supported by cni-lab's own command plugin; print what you need on stdout, or use the official plugin (CNI_LAB_PLUGINS=official)",
      ],
    ],
    ["logging", { logging: "both" }, ['logging is "both": must be one of stdout, stderr, stdoutAndStderr, none']],
    [
      "environment",
      { environment: { A: 1 } },
      ['environment is "{\\"A\\":1}": must be an object whose values are strings'],
    ],
    ["several", { create: 1, dir: false }, ['create is "1": must be a string', 'dir is "false": must be a string']],
    ["secret", { stdin: new Secret(12345) }, ["stdin: must be a string"]],
  ])("refuses by name: %s", async (_, news, reasons) => {
    expect(await check(news)).toEqual(reasons);
  });
});

describe("local.run", () => {
  const run = commandProvider.function("command:local:run");

  it("runs in previews, and answers arguments and output", async () => {
    const args = { command: "echo hi", environment: { A: "b" } };
    expect(await run?.({ token: "command:local:run", args, preview: true }, call)).toStrictEqual({
      ...args,
      stdout: "hi",
      stderr: "",
    });
  });

  it("needs a command", async () => {
    expect(await run?.({ token: "command:local:run", args: {}, preview: false }, call)).toEqual(
      new Failures([{ property: "command", reason: "command: missing; it is required" }]),
    );
  });
});

describe("what is not here", () => {
  it.each(["command:remote:CopyToRemote", "command:remote:CopyFile", "constructor"])("%s has no handler", (type) => {
    expect(commandProvider.resource(type)).toBeUndefined();
  });
});
