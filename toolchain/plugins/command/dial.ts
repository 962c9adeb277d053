import type { Duplex } from "node:stream";
import pRetry from "p-retry";
import { Client, type ConnectConfig } from "ssh2";
import { readablePrivateKey } from "../../../lib/private-key";
import { isTree, type Tree } from "../host";

/** The first wait between two tries, how it grows, and the longest: as the official plugin's. */
const BACKOFF = { minTimeout: 100, factor: 1.5, maxTimeout: 5000 };

/** Connects to the host that the properties name, through its proxy if there is one. Tries again as often as they allow. */
export async function dial(connection: Tree, signal: AbortSignal, say: (line: string) => void): Promise<Client> {
  if (!isTree(connection.proxy)) return await dialOne(connection, signal, say);
  const proxy = await dialOne(connection.proxy, signal, say);
  try {
    const { host, port } = endpoint(connection);
    const client = await dialOne(connection, signal, say, () => forward(proxy, host, port));
    client.on("close", () => proxy.end());
    return client;
  } catch (error) {
    proxy.end();
    throw error;
  }
}

async function dialOne(
  hop: Tree,
  signal: AbortSignal,
  say: (line: string) => void,
  tunnel?: () => Promise<Duplex>,
): Promise<Client> {
  const config = configOf(hop);
  const limit = typeof hop.dialErrorLimit === "number" ? hop.dialErrorLimit : 10;
  const where = `${config.username}@${config.host}:${config.port}`;
  const retry = { ...BACKOFF, signal, ...(limit < 0 ? { forever: true, retries: 0 } : { retries: limit }) };
  const tries = limit < 0 ? "" : ` of ${limit + 1}`;
  try {
    return await pRetry(async () => connect({ ...config, sock: await tunnel?.() }, signal), {
      ...retry,
      onFailedAttempt: (error) => say(`ssh ${where}: try ${error.attemptNumber}${tries}: ${error.message}`),
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(
      signal.aborted
        ? `ssh ${where}: ${(signal.reason as Error).message}, while connecting`
        : `ssh ${where}: ${message}${tries && `, after ${limit + 1} tries`}`,
    );
  }
}

function connect(config: ConnectConfig, signal: AbortSignal): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    const stop = (): void => {
      client.destroy();
      reject(new Error("stopped"));
    };
    signal.addEventListener("abort", stop, { once: true });
    client.once("ready", () => {
      signal.removeEventListener("abort", stop);
      resolve(client);
    });
    client.on("error", reject);
    client.once("close", () => reject(new Error("the connection was closed")));
    let told = false;
    client.on("keyboard-interactive", (_name, _instructions, _language, prompts, answer) => {
      const given = !told && asksForPassword(prompts) ? [String(config.password ?? "")] : [];
      told ||= given.length > 0;
      answer(given);
    });
    client.connect(config);
  });
}

/** The password is for one question alone: a code or the PIN of a card is none of it. */
function asksForPassword(prompts: readonly { readonly prompt: string; readonly echo?: boolean }[]): boolean {
  const [one, ...others] = prompts;
  const isIt = (text: string) =>
    /password|passwort|mot de passe/i.test(text) && !/one[ -]?time|einmal|usage unique/i.test(text);
  return one !== undefined && others.length === 0 && one.echo !== true && isIt(one.prompt);
}

function forward(proxy: Client, host: string, port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    proxy.forwardOut("127.0.0.1", 0, host, port, (error, channel) =>
      error === undefined ? resolve(channel) : reject(error),
    );
  });
}

function configOf(hop: Tree): ConnectConfig {
  const text = (key: string): string | undefined => {
    const value = hop[key];
    return typeof value === "string" ? value : undefined;
  };
  const password = text("password");
  return {
    ...endpoint(hop),
    username: text("user") ?? "root",
    password,
    tryKeyboard: password !== undefined,
    ...keyOf(text("privateKey"), text("privateKeyPassword")),
    agent: text("agentSocketPath") ?? process.env.SSH_AUTH_SOCK,
    readyTimeout: (typeof hop.perDialTimeout === "number" ? hop.perDialTimeout : 15) * 1000,
    ...hostKeyOf(text("hostKey")),
  };
}

function keyOf(privateKey: string | undefined, passphrase: string | undefined): ConnectConfig {
  return privateKey === undefined ? {} : { privateKey: readablePrivateKey(privateKey, passphrase), passphrase };
}

function endpoint(hop: Tree): { host: string; port: number } {
  return { host: String(hop.host), port: typeof hop.port === "number" ? hop.port : 22 };
}

/** An expected key as a line of authorized_keys: `TYPE BASE64 [COMMENT]`. Without one any server is taken, as the official plugin does. */
function hostKeyOf(line: string | undefined): ConnectConfig {
  if (line === undefined) return {};
  const [type = "", base64 = ""] = line.trim().split(/\s+/);
  const expected = Buffer.from(base64, "base64");
  if (expected.length === 0) throw new Error("connection.hostKey: must be a line of authorized_keys: TYPE BASE64");
  const serverHostKey = type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"] : [type];
  return {
    hostVerifier: (key: Buffer) => key.equals(expected),
    algorithms: { serverHostKey } as ConnectConfig["algorithms"],
  };
}
