import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { type AddressInfo, connect, createServer } from "node:net";
import ssh2, { type Connection, type KeyboardAuthContext, type ServerChannel } from "ssh2";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { commandProvider } from "../../toolchain/plugins/command/provider";
import { type Call, Children, Failures, type ResourceHandler, Secret, type Tree } from "../../toolchain/plugins/host";
import { row } from "../plugin-page";

// Starts real processes: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 30_000 });

const hostKey = ssh2.utils.generateKeyPairSync("ed25519");
const userKey = ssh2.utils.generateKeyPairSync("ed25519", { passphrase: "phrase", cipher: "aes256-ctr", rounds: 1 });

/** An ssh server on this machine that really runs commands, and accepts only LC_* and what `acceptEnv` names. */
let server: ssh2.Server;
let port: number;
let acceptEnv: RegExp;
/** What a login by keyboard is asked, one round after the other; `undefined` where the server has no such method. */
let asks: readonly (readonly string[])[] | undefined;
const answered: string[][] = [];
const open = new Set<Connection>();
/** Where the next connections are cut: at the first look at the environment, before a command begins, while it runs. */
let cuts: ("env" | "exec" | "running")[] = [];
const ran: string[] = [];

beforeAll(async () => {
  server = new ssh2.Server({ hostKeys: [hostKey.private] }, (connection) => {
    open.add(connection);
    connection.on("close", () => open.delete(connection)).on("error", () => {});
    connection.on("authentication", (attempt) => {
      const byPassword = attempt.method === "password" && attempt.password === "pass-word";
      const byKey = attempt.method === "publickey" && attempt.username === "keyed";
      if (attempt.method === "keyboard-interactive" && asks !== undefined) return askAll(attempt, asks);
      if (asks === undefined && (byPassword || byKey)) attempt.accept();
      else if (asks !== undefined) attempt.reject(["keyboard-interactive"]);
      else attempt.reject(["password", "publickey"]);
    });
    connection.on("tcpip", (accept, _reject, { destPort }) => {
      // The proxy of the proxied host is the host itself.
      const channel = accept();
      const socket = connect(destPort, "127.0.0.1");
      channel.pipe(socket).pipe(channel);
    });
    connection.on("session", (acceptSession) => {
      const env: Record<string, string> = {};
      const session = acceptSession();
      session.on("env", (accept, reject, { key, val }) => {
        if (!acceptEnv.test(key)) return reject?.();
        env[key] = val;
        accept?.();
      });
      session.on("exec", (accept, _reject, { command }) => {
        const isCut = (at: string): boolean => cuts[0] === at && (at === "env") === (command === "env");
        if (isCut("exec")) return cut(connection);
        ran.push(command);
        const channel = accept();
        if (isCut("env") || isCut("running")) return cut(connection);
        run(channel, command, env);
      });
    });
  });
  port = await new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
  );
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  asks = undefined;
  answered.splice(0);
  cuts = [];
  ran.splice(0);
  acceptEnv = /^LC_/;
  said.splice(0);
});
afterEach(() => {
  for (const connection of open) connection.end();
});

/** As a machine that goes away does: without a word of ssh. */
function cut(connection: Connection): void {
  cuts.shift();
  const { _sock: socket } = connection as unknown as { readonly _sock: { destroy(): void } };
  // What was accepted has to be on its way first.
  setImmediate(() => socket.destroy());
}

/** Lets in who has answered every question of each round, whatever the answers are. */
function askAll(attempt: KeyboardAuthContext, [round, ...rounds]: readonly (readonly string[])[]): void {
  if (round === undefined) {
    attempt.accept();
    return;
  }
  attempt.prompt(
    round.map((prompt) => ({ prompt, echo: false })),
    (answers) => {
      answered.push(answers);
      if (answers.length === round.length) askAll(attempt, rounds);
      else attempt.reject();
    },
  );
}

function run(channel: ServerChannel, command: string, env: Record<string, string>): void {
  const child = spawn("/bin/sh", ["-c", command], { env: { PATH: process.env.PATH, ...env } });
  child.stdout.on("data", (data) => channel.write(data));
  child.stderr.on("data", (data) => channel.stderr.write(data));
  channel.on("data", (data: Buffer) => child.stdin.write(data)).on("end", () => child.stdin.end());
  channel.on("close", () => child.kill());
  child.on("close", (code) => {
    if (code !== null) channel.exit(code);
    channel.end();
  });
}

const said: string[] = [];
const say = (line: string): void => void said.push(line);
const log = { debug() {}, info: say, warning: say, error: say, status: say, flush: async () => {} };
const call: Call = { log, children: new Children(), signal: new AbortController().signal };
const subject = {
  urn: "urn:pulumi:dev::proj::command:remote:Command::cmd",
  type: "command:remote:Command",
  name: "cmd",
};
const found = commandProvider.resource("command:remote:Command");
if (found === undefined) throw new Error("no handler");
const command: ResourceHandler = found;

const connection = (extra: Tree = {}): Secret =>
  new Secret({
    host: "127.0.0.1",
    port,
    user: "root",
    password: "pass-word",
    dialErrorLimit: 0,
    perDialTimeout: 5,
    ...extra,
  });
const create = (inputs: Tree, timeoutSeconds?: number, on: Call = call) =>
  command.create({ ...subject, inputs, preview: false, timeoutSeconds }, on);

describe("remote.Command", () => {
  it("runs the command, with stdin and environment, and records both streams", async () => {
    const inputs = {
      connection: connection(),
      create: "cat; echo $LC_WHO; echo warn >&2",
      stdin: "in\n",
      environment: { LC_WHO: "me" },
    };
    const { id, outputs } = await create(inputs);
    expect(id).toMatch(/^cmd[0-9a-f]{8}$/);
    expect(outputs).toStrictEqual({ ...inputs, stdout: "in\nme", stderr: "warn" });
    expect(said.sort()).toEqual(["in", "me", "warn"]);
  });

  it("shows exit code and output of a failing command, and never the password", async () => {
    await expect(create({ connection: connection(), create: "echo pass-word; echo why >&2; exit 3" })).rejects.toThrow(
      'exit status 3: running "echo [secret]; echo why >&2; exit 3"\nstderr:\nwhy\nstdout:\n[secret]',
    );
  });

  it("refuses to run without an environment that the server dropped, and says how to get it", async () => {
    const inputs = { connection: connection(), create: "echo ran", environment: { WHO: "me" } };
    await expect(create(inputs)).rejects.toThrow(
      "environment.WHO: refused by the ssh server; the server's AcceptEnv must name it",
    );
  });

  it(`${row("the previous output, where an ssh server refuses it")}: runs without it`, async () => {
    const state = { stdout: "before", stderr: "" };
    const news = { connection: connection(), create: 'echo "[$PULUMI_COMMAND_STDOUT]"' };
    const request = {
      ...subject,
      id: "x",
      state,
      oldInputs: {},
      news,
      ignoreChanges: [],
      preview: false,
      timeoutSeconds: undefined,
    };
    expect(await command.update(request, call)).toMatchObject({ stdout: "[]" });
    acceptEnv = /^PULUMI_/;
    expect(await command.update(request, call)).toMatchObject({ stdout: "[before]" });
  });

  it("connects again where the connection is lost before the command began, and runs it once", async () => {
    const inputs = { connection: connection(), create: "echo ran; echo $LC_WHO", environment: { LC_WHO: "me" } };
    cuts = ["env", "exec"];
    expect((await create(inputs)).outputs.stdout).toBe("ran\nme");
    expect(ran.filter((line) => line.startsWith("echo ran"))).toHaveLength(1);
    expect(
      said.filter((line) => /^the ssh connection was lost before the command began .*; connecting again$/.test(line)),
    ).toHaveLength(2);
    cuts = Array.from({ length: 9 }, () => "exec" as const);
    await expect(create({ connection: connection(), create: "echo ran" })).rejects.toThrow(
      /^the ssh connection was lost before the command began/,
    );
    expect(cuts).toHaveLength(4);
  });

  it("does not run a command twice whose connection was cut, and the next delete goes on", async () => {
    const state = { connection: connection(), create: "true", delete: "echo gone", stdout: "before", stderr: "" };
    const request = { ...subject, id: "x", state, oldInputs: {}, timeoutSeconds: undefined };
    cuts = ["running"];
    await expect(command.delete(request, call)).rejects.toThrow(
      'the connection was lost, so it may have run to its end or not; the next update or destroy runs it again: running "echo gone"',
    );
    expect(ran.filter((line) => line === "echo gone")).toHaveLength(1);
    expect(said).toEqual([]);
    await command.delete(request, call);
    expect(said).toEqual(["gone"]);
  });

  it("logs in by an encrypted key", async () => {
    const keyed = { user: "keyed", password: undefined, privateKey: userKey.private, privateKeyPassword: "phrase" };
    expect((await create({ connection: connection(keyed), create: "echo in" })).outputs.stdout).toBe("in");
  });

  it.each([
    ["ed25519", () => generateKeyPairSync("ed25519")],
    ["ecdsa", () => generateKeyPairSync("ec", { namedCurve: "P-256" })],
    ["rsa", () => generateKeyPairSync("rsa", { modulusLength: 2048 })],
  ])("logs in by a key in PKCS#8, in clear and encrypted: %s", async (_, generate) => {
    const { privateKey: key } = generate();
    const pem = key.export({ type: "pkcs8", format: "pem" }) as string;
    const encrypted = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "phrase" } as const;
    const keyed = { user: "keyed", password: undefined, privateKey: pem };
    expect((await create({ connection: connection(keyed), create: "echo in" })).outputs.stdout).toBe("in");
    const locked = { ...keyed, privateKey: key.export(encrypted) as string, privateKeyPassword: "phrase" };
    expect((await create({ connection: connection(locked), create: "echo in" })).outputs.stdout).toBe("in");
    const wrong = connection({ ...locked, privateKeyPassword: "another" });
    await expect(create({ connection: wrong, create: "true" })).rejects.toThrow(
      /^connection\.privateKey: can't be read as PKCS#8 \(.*\); check connection\.privateKey and connection\.privateKeyP/,
    );
  });

  it("goes through a proxy", async () => {
    const proxied = connection({
      proxy: { host: "127.0.0.1", port, user: "root", password: "pass-word", dialErrorLimit: 0 },
    });
    expect((await create({ connection: proxied, create: "echo through" })).outputs.stdout).toBe("through");
  });

  it("answers one question for the password, and no other", async () => {
    asks = [["Password: "]];
    expect((await create({ connection: connection(), create: "echo in" })).outputs.stdout).toBe("in");
    expect(answered).toEqual([["pass-word"]]);
  });

  it.each([
    [[["One-time code: "]]],
    [[["One-time password (OATH) for `root': "]]],
    [[["Password: ", "PIN of your card: "]]],
    [[["Password: "], ["Password: "]]],
  ])("the password is no answer to %j", async (rounds) => {
    asks = rounds;
    await expect(create({ connection: connection(), create: "true" })).rejects.toThrow(/authentication/i);
    expect(answered.at(-1)).toEqual([]);
  });

  it("takes the expected host key and no other", async () => {
    const right = connection({ hostKey: hostKey.public });
    expect((await create({ connection: right, create: "echo in" })).outputs.stdout).toBe("in");
    const wrong = connection({ hostKey: ssh2.utils.generateKeyPairSync("ed25519").public });
    await expect(create({ connection: wrong, create: "echo in" })).rejects.toThrow(
      /^ssh root@127\.0\.0\.1:\d+: .*verif/i,
    );
  });

  it("tries as often as allowed, and says so", async () => {
    const closed = createServer();
    const free = await new Promise<number>((resolve) =>
      closed.listen(0, "127.0.0.1", () => resolve((closed.address() as AddressInfo).port)),
    );
    await new Promise((resolve) => closed.close(resolve));
    await expect(create({ connection: connection({ port: free, dialErrorLimit: 2 }), create: "true" })).rejects.toThrow(
      `ssh root@127.0.0.1:${free}: connect ECONNREFUSED 127.0.0.1:${free}, after 3 tries`,
    );
    expect(said).toHaveLength(3);
    expect(said[0]).toContain("try 1 of 3");
  });

  it("stops at its deadline", async () => {
    await expect(create({ connection: connection(), create: "sleep 60" }, 1)).rejects.toThrow("not done within 1 s");
  });

  it("stops when the user cancels", async () => {
    const cancelling = new AbortController();
    const noticing = { ...log, status: () => cancelling.abort() };
    const inputs = { connection: connection(), create: "echo started; sleep 60" };
    const cancelled = create(inputs, undefined, { ...call, log: noticing, signal: cancelling.signal });
    await expect(cancelled).rejects.toThrow("cancelled: running");
  });

  it("check fills in defaults, and makes the connection secret as a whole", async () => {
    const news = { connection: { host: "h", password: new Secret("p") }, create: "true" };
    expect(await command.check({ ...subject, news, olds: {}, randomSeed: new Uint8Array() }, call)).toStrictEqual({
      inputs: {
        create: "true",
        connection: new Secret({
          host: "h",
          password: new Secret("p"),
          port: 22,
          user: "root",
          dialErrorLimit: 10,
          perDialTimeout: 15,
        }),
      },
    });
  });

  it("check needs a connection and its host", async () => {
    const check = (news: Tree) => command.check({ ...subject, news, olds: {}, randomSeed: new Uint8Array() }, call);
    expect(await check({})).toEqual(
      new Failures([{ property: "connection", reason: "connection: missing; it is required" }]),
    );
    expect(await check({ connection: { proxy: { port: "x" } } })).toEqual(
      new Failures([
        { property: "connection.proxy.port", reason: 'connection.proxy.port is "x": must be a number' },
        { property: "connection.proxy.host", reason: "connection.proxy.host: missing; it is required" },
        { property: "connection.host", reason: "connection.host: missing; it is required" },
      ]),
    );
  });
});
